import SkeinCore
import SkeinStorage
import SkeinTesting
import SkeinTransport

/// A fact about one thing, which a teller publishes.
struct Told: Event {
    static let name: MessageName = "teller.told"
    var about: String
    var text: String
    var subject: String? { about }
}

/// A fact that may be lost.
struct Whispered: Event {
    static let name: MessageName = "teller.whispered"
    var text: String
}

/// Asks the teller to tell something.
struct Tell: Command {
    static let name: MessageName = "teller.tell"
    var about: String
    var text: String
    var subject: String? { about }
}

/// What a listener has heard.
struct Heard: Event {
    static let name: MessageName = "listener.heard"
    var about: String
    var text: String
    var subject: String? { about }
}

/// Two components that the tests of channels run in processes of their own.
enum Apart {
    static let teller = Component("teller") {
        Publishes(Told.self)
        Publishes(Whispered.self, mode: .fireAndForget)
        Handle(Tell.self) { tell, context in try context.publish(Told(about: tell.about, text: tell.text)) }
    }
    static let listener = Component("listener") {
        Handle(Told.self) { told, context in try context.publish(Heard(about: told.about, text: told.text)) }
        Handle(Whispered.self) { told, context in try context.publish(Heard(about: "?", text: told.text)) }
    }

    /// Hears the same, and says nothing.
    static let bystander = Component("bystander") { Handle(Told.self) { _, _ in } }

    static func processes(_ broker: MemoryBroker) throws -> SimulatedProcesses {
        try SimulatedProcesses(broker: broker, of: [[teller], [listener]])
    }

    /// A runtime on a store in memory with one channel, to see what it refuses.
    static func runtime(
        _ components: [Component], _ channels: [Channel] = [], _ remotes: [Remote] = [], on store: any Store
    ) throws -> Runtime {
        try Runtime(store: store, components: components, channels: channels, remotes: remotes)
    }
}

extension SimulatedProcesses {
    /// What was heard about something, in order.
    func heard(about: String) throws -> [String] {
        try process(of: "listener").messages(of: Heard.self).filter { $0.about == about }.map(\.text)
    }

    func tell(_ about: String, _ texts: String...) throws {
        for text in texts { try publish(Told(about: about, text: text), as: "teller") }
    }
}
