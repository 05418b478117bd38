public import SkeinMessages
public import SkeinTransport

/// What a transport makes of destinations: the headers `destination` of SEND and SUBSCRIBE.
///
/// The rules of the two brokers are ``activeMQ`` and ``rabbitMQ``. A rule of your own has to give each reader of events
/// a queue of its own, which gets what is sent while the reader is off.
public struct StompDestinations: Sendable {
    /// What is subscribed to.
    public struct Source: Sendable, Hashable {
        /// The header `destination`.
        public var destination: String
        /// Further headers of SUBSCRIBE, such as `durable`.
        public var headers: [String: String]

        public init(_ destination: String, headers: [String: String] = [:]) {
            (self.destination, self.headers) = (destination, headers)
        }
    }

    /// Where a message is sent; it may depend on its name.
    public var target: @Sendable (Destination, MessageName) -> String
    /// What a reader subscribes to; the second parameter is the reader's name.
    public var source: @Sendable (Destination, String) -> Source

    /// A rule of your own.
    public init(
        target: @escaping @Sendable (Destination, MessageName) -> String,
        source: @escaping @Sendable (Destination, String) -> Source
    ) {
        (self.target, self.source) = (target, source)
    }

    /// Events go to one virtual topic for each message name, `VirtualTopic.payment.received`, and each reader has a
    /// queue for all of a component, `Consumer.order.VirtualTopic.payment.>`. Commands are in `payment.commands`,
    /// replies in `order.replies`, and the catalogue is the topic `skein.catalogue`.
    public static let activeMQ = StompDestinations(
        target: { destination, name in
            switch destination {
            case .events(let component): "/topic/VirtualTopic." + path(name, of: component)
            case .commands(let component): "/queue/" + escaped(component) + ".commands"
            case .replies(let process): replies(process)
            case .catalogue: "/topic/skein.catalogue"
            }
        },
        source: { destination, reader in
            switch destination {
            case .events(let component):
                Source("/queue/Consumer." + escaped(reader) + ".VirtualTopic." + escaped(component) + ".>")
            case .commands(let component): Source("/queue/" + escaped(component) + ".commands")
            case .replies(let process): Source(replies(process))
            case .catalogue: Source("/topic/skein.catalogue")
            }
        })

    /// Events go to the exchange `amq.topic` with their name as the routing key, and each reader has a durable queue
    /// for all of a component, `order.payment.events`. Commands are in the queue `payment.commands`, replies in
    /// `order.replies`, and the catalogue has the routing key `skein.catalogue`.
    public static let rabbitMQ = StompDestinations(
        target: { destination, name in
            switch destination {
            case .events(let component): "/topic/" + path(name, of: component)
            case .commands, .replies, .catalogue: activeMQ.target(destination, name)
            }
        },
        source: { destination, reader in
            switch destination {
            case .events(let component):
                Source(
                    "/topic/" + escaped(component) + ".#",
                    headers: [
                        "durable": "true", "auto-delete": "false",
                        "x-queue-name": escaped(reader) + "." + escaped(component) + ".events",
                    ])
            case .commands, .replies, .catalogue: activeMQ.source(destination, reader)
            }
        })

    /// The name of a message, below its component also where the name does not begin with it.
    private static func path(_ name: MessageName, of component: String) -> String {
        let parts = name.description.split(separator: ".", omittingEmptySubsequences: false).map(escaped)
        let path = parts.joined(separator: ".")
        let component = escaped(component)
        return path.hasPrefix(component + ".") ? path : component + "." + path
    }

    /// A name that begins with a slash is a destination already: an answer goes where a stranger asks for it.
    private static func replies(_ process: String) -> String {
        process.hasPrefix("/") ? process : "/queue/" + escaped(process) + ".replies"
    }

    /// One segment of a broker's name. Dots, wildcards and whatever else brokers give a meaning is written as `~` and
    /// two hexadecimal digits for each byte.
    private static func escaped(_ text: some StringProtocol) -> String {
        guard !text.utf8.allSatisfy(isPlain) else { return String(text) }
        return text.utf8.reduce(into: "") { result, byte in
            if isPlain(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "~" + (digits.count == 1 ? "0" : "") + digits
            }
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }
}

extension StompDestinations {
    /// The rule of a broker.
    static func standard(of broker: StompConfiguration.Broker) -> StompDestinations {
        switch broker {
        case .activeMQ: activeMQ
        case .rabbitMQ: rabbitMQ
        }
    }
}
