#if Kafka
import ChildPrograms

/// A cluster that runs for the length of a test: `KafkaMock` as a child.
final class MockBroker: Sendable {
    /// The brokers as `host:port`, with commas between.
    var servers: String { dialogue.greeting }
    private let dialogue: Dialogue

    init(brokers: Int = 1) throws {
        guard let program = ChildProgram.place(of: "KafkaMock") else {
            throw Dialogue.Failure(description: "KafkaMock is not built")
        }
        dialogue = try Dialogue(program, ["\(brokers)"])
    }

    /// Gives a command of `KafkaMock`, and waits until it is obeyed.
    func obey(_ command: String) throws {
        let answer = try dialogue.say(command)
        guard answer == "ok" else { throw Dialogue.Failure(description: "'\(command)': \(answer)") }
    }
}
#endif
