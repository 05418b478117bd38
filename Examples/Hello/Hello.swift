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
        await Runtime.main(store: try .sqlite("hello.db"), greeter) { client in
            try await client.send(Greet(name: "Kermit"))
        }
    }
}
