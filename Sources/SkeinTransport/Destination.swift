/// To whom a message goes, before a transport makes a topic or queue of it.
public enum Destination: Sendable, Hashable {
    /// What a component publishes, for all who subscribe. Each reader gets all of it.
    case events(of: String)
    /// What is meant for a component alone: commands, questions, and whatever is sent to it by name. The component is
    /// the only reader.
    case commands(to: String)
    /// Answers for one process, by its name on the channel.
    case replies(to: String)
    /// What components declare. Whoever is connected gets it; nothing is kept for the others.
    case catalogue

    /// The component or process; `nil` for the catalogue.
    public var name: String? {
        switch self {
        case .events(let name), .commands(let name), .replies(let name): name
        case .catalogue: nil
        }
    }
}

extension Destination: CustomStringConvertible {
    /// For errors: "the events of payment".
    public var description: String {
        switch self {
        case .events(let name): "the events of \(name)"
        case .commands(let name): "the commands to \(name)"
        case .replies(let name): "the replies to \(name)"
        case .catalogue: "the catalogue"
        }
    }
}
