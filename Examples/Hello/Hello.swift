import Foundation
import Skein
import SkeinMacros

@Command("greeter.greet", subject: \.name) struct Greet { let name: String }

@Event("greeter.greeted", subject: \.name) struct Greeted { let name: String }

/// Reminds of a greeting a while later, across restarts.
struct Farewell: ProcessDefinition {
    static let name = "farewell"
    static func key(of greeted: Greeted) -> String { greeted.name }

    func run(_ greeted: Greeted, _ flow: Flow) async throws {
        try await flow.sleep(for: .seconds(1))
        try await flow.perform("wave") { activity in
            print("Goodbye, \(greeted.name)! (said once: \(activity.idempotencyKey))")
        }
    }
}

let greeter = Component("greeter") {
    Handle(Greet.self) { greet, context in
        print("Hello, \(greet.name)!")
        try context.publish(Greeted(name: greet.name))
    }
    Processes(Farewell())
}

@main
enum Hello {
    static func main() async {
        let file = CommandLine.arguments.dropFirst().first ?? "hello.db"
        if file.hasPrefix("-") {
            end(file == "--help" ? 0 : 64, "usage: Hello [FILE]   greets, and remembers it in FILE")
        }
        do {
            let runtime = try Runtime(store: .sqlite(file), greeter)
            try await runtime.run { client in
                try await client.send(Greet(name: "Kermit"))
                _ = try await runtime.outcome(of: "farewell", key: "Kermit", in: "greeter", within: .seconds(5))
            }
            // In quotes, so that a shell takes the name as it is.
            let word = "'" + file.replacing("'", with: #"'\''"#) + "'"
            print("All of it is kept in \(file): skein events --store \(word)")
        } catch {
            end(1, "Hello: \(error)")
        }
    }

    static func end(_ code: Int32, _ text: String) -> Never {
        try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
        exit(code)
    }
}
