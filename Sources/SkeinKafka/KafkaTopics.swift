public import SkeinTransport

/// The default rule by which destinations become topics, and the grammar of their names.
public enum KafkaTopics {
    /// One topic a component and kind of destination: `payment.events`, `payment.commands`, `order.replies`,
    /// `skein.catalogue`.
    public static func perComponent(_ destination: Destination) -> String {
        switch destination {
        case .events(let component): "\(component).events"
        case .commands(let component): "\(component).commands"
        case .replies(let process): "\(process).replies"
        case .catalogue: "skein.catalogue"
        }
    }

    /// The topic of a destination by a rule, checked.
    ///
    /// - Throws: ``TransportError`` with code `configuration` for a name that Kafka does not take.
    static func topic(
        of destination: Destination, by rule: (Destination) -> String
    ) throws(TransportError) -> String {
        let name = rule(destination)
        guard let problem = problem(in: name) else { return name }
        throw TransportError(
            .configuration,
            "the topic '\(name)' for \(destination) \(problem); change the rule 'topics' of KafkaConfiguration")
    }

    /// What Kafka does not like about a name, or `nil` for a good one.
    static func problem(in name: String) -> String? {
        guard !name.isEmpty else { return "has an empty name" }
        guard name.utf8.count <= 249 else { return "has a name of more than 249 bytes" }
        guard name != ".", name != ".." else { return "has a reserved name" }
        let isLegal = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x2E, 0x5F, 0x2D: true
            default: false
            }
        }
        return isLegal ? nil : "has a character other than letters, digits, '.', '_' and '-'"
    }
}
