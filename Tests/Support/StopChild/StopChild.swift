import Foundation
import Skein
import SkeinMacros

@Command("child.work") struct Work {}

/// A program made with `Runtime.main`, on the store that the first argument names. The second says how it behaves:
///
/// - `idle`: its body returns at once;
/// - `busy`: a handler works until the body has been cancelled;
/// - `stuck`: a handler works for ever;
/// - `torn`: a command has two owners;
/// - `failing`: its body throws.
///
/// It writes a word to standard output when it has come so far.
@main
enum StopChild {
    static func main() async {
        let mode = CommandLine.arguments[2]
        let (canceled, cancel) = AsyncStream.makeStream(of: Never.self)
        let child = Component("child") {
            Handle(Work.self) { _, _ in
                say("working")
                if mode == "stuck" { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }
                for await _ in canceled {}
                say("worked")
            }
            if mode == "torn" { Handle(Work.self) { _, _ in } }
        }
        await Runtime.main(store: try .sqlite(CommandLine.arguments[1]), child) { client in
            switch mode {
            case "failing": throw Refusal()
            case "idle": say("ready")
            default:
                try await client.send(Work())
                let (nothing, _) = AsyncStream.makeStream(of: Never.self)
                for await _ in nothing {}
                say("canceled")
                cancel.finish()
            }
        }
    }

    static func say(_ word: String) { try? FileHandle.standardOutput.write(contentsOf: Data("\(word)\n".utf8)) }
}

struct Refusal: Error, CustomStringConvertible {
    let description = "the body refuses"
}
