public import SkeinTransport

/// Channels over ActiveMQ "classic" or RabbitMQ, by STOMP 1.2. Needs the package trait `ActiveMQ`.
///
/// Each sender and each source has a connection of its own. A batch is acknowledged when the broker has stored it;
/// ActiveMQ stores it as one transaction. Messages are taken in with a prefetch of the source's window and acknowledged
/// one by one. What the brokers do differently is told in the page of this module.
public struct ActiveMQTransport: Transport {
    /// How it connects.
    public let configuration: StompConfiguration
    /// The address, or what is wrong with it.
    private let address: Result<StompAddress, TransportError>

    #if ActiveMQ
    /// A transport to the broker at an address; nothing is connected before a sender or source is opened.
    ///
    /// - Parameters:
    ///   - address: `host:port`, `stomp://user:password@host:port` or `stomp+ssl://user:password@host:port`, with `%`
    ///     and two hexadecimal digits for special characters in user and password. A wrong one fails when a sender or
    ///     source is opened, with code `configuration`.
    ///   - configuration: see ``StompConfiguration``.
    public init(_ address: String, configuration: StompConfiguration = StompConfiguration()) {
        self.init(reading: address, configuration)
    }
    #else
    /// Needs the package trait `ActiveMQ`.
    @available(*, unavailable, message: "Add the trait ActiveMQ to the dependency on skein: traits: [\"ActiveMQ\"].")
    public init(_ address: String, configuration: StompConfiguration = StompConfiguration()) {
        self.init(reading: address, configuration)
    }
    #endif

    init(reading address: String, _ configuration: StompConfiguration) {
        self.configuration = configuration
        do {
            self.address = .success(try StompAddress(address))
        } catch {
            self.address = .failure(error)
        }
    }

    /// The address, without credentials: `stomp://localhost:61613`.
    public var label: String {
        switch address {
        case .success(let address): address.label
        case .failure: "a STOMP broker without an address"
        }
    }

    /// The address, the virtual host, and the queue or topic.
    public func location(of destination: Destination, for reader: String) -> String? {
        let rule = configuration.destinations ?? .standard(of: configuration.broker ?? .activeMQ)
        let place = rule.source(destination, reader).destination
        return "\(label) \(configuration.virtualHost) \(place) \(reader)"
    }

    /// Those of ``StompConfiguration/broker``, or what both brokers can do where that is `nil`.
    public var features: TransportFeatures { Self.features(of: configuration) }
}

extension ActiveMQTransport {
    /// What a broker can do through STOMP.
    static func features(of configuration: StompConfiguration) -> TransportFeatures {
        var abilities: Set<TransportAbility> = [
            .orderPerKey, .durableReaders, .direct, .requestReply, .negativeAcknowledgement,
        ]
        if configuration.broker == .activeMQ { abilities.formUnion([.sharedReaders, .deadLetters, .selectors]) }
        return TransportFeatures(
            abilities, acknowledgements: [.none, .one, .all], maximumMessageSize: configuration.maximumMessageSize)
    }

    /// Refuses a source that asks for what the broker cannot do.
    static func check(
        _ request: SourceRequest, _ broker: StompConfiguration.Broker, _ configuration: StompConfiguration,
        _ label: String
    ) throws(TransportError) {
        func refuse(_ problem: String) -> TransportError { TransportError(.unsupported, "\(label): \(problem)") }
        guard request.window >= 1 else {
            throw TransportError(.configuration, "\(label): a window of \(request.window) takes nothing; set 1 or more")
        }
        guard request.places.isEmpty else {
            throw refuse("a queue has no places to go on from; open the source without places")
        }
        for subscription in request.subscriptions where subscription.beginning != .now {
            throw refuse("\(subscription.destination) cannot be read from the past; begin with .now")
        }
        if case .group = request.sharing, configuration.broker != .activeMQ {
            guard broker == .rabbitMQ else {
                throw refuse("several readers need ActiveMQ; set 'broker' of the configuration to .activeMQ")
            }
            throw refuse("RabbitMQ keeps no order per key among several readers; read alone, or use ActiveMQ or Kafka")
        }
        guard broker == .rabbitMQ else { return }
        guard configuration.selectors.isEmpty else {
            throw refuse("RabbitMQ has no selectors; leave 'selectors' empty, or use ActiveMQ")
        }
    }

    /// Refuses a sender that asks for what no STOMP broker can do.
    static func check(_ request: SenderRequest, _ label: String) throws(TransportError) {
        guard request.transactionalID == nil else {
            throw TransportError(
                .unsupported, "\(label): STOMP keeps no sender's place; open the sender without a transactional id")
        }
    }

    #if ActiveMQ
    var dialer: StompDialer {
        get throws(TransportError) { StompDialer(address: try address.get(), configuration: configuration) }
    }

    /// Connects within the shorter of ``StompConfiguration/connectTimeout`` and the timeout of the request.
    ///
    /// - Throws: ``TransportError``; `CancellationError`.
    public func openSender(_ request: SenderRequest) async throws -> any TransportSender {
        let dialer = try dialer
        try Self.check(request, label)
        return try await StompSender(dialer, request)
    }

    /// Connects, and returns when the broker has made the subscriptions.
    ///
    /// - Throws: ``TransportError``; `CancellationError`.
    public func openSource(_ request: SourceRequest) async throws -> any TransportSource {
        let dialer = try dialer
        try Self.check(request, configuration.broker ?? .activeMQ, configuration, label)
        return try await StompSource(dialer, request)
    }
    #else
    /// Throws.
    public func openSender(_ request: SenderRequest) async throws -> any TransportSender { throw Self.withoutTrait }

    /// Throws.
    public func openSource(_ request: SourceRequest) async throws -> any TransportSource { throw Self.withoutTrait }

    static let withoutTrait = TransportError(
        .unsupported, "the transport of ActiveMQ is not compiled; add the package trait 'ActiveMQ'")
    #endif
}

extension Transport where Self == ActiveMQTransport {
    #if ActiveMQ
    /// The broker at an address; see ``ActiveMQTransport/init(_:configuration:)``.
    public static func activeMQ(
        _ address: String, configuration: StompConfiguration = StompConfiguration()
    ) -> ActiveMQTransport {
        ActiveMQTransport(address, configuration: configuration)
    }
    #else
    /// Needs the package trait `ActiveMQ`.
    @available(*, unavailable, message: "Add the trait ActiveMQ to the dependency on skein: traits: [\"ActiveMQ\"].")
    public static func activeMQ(
        _ address: String, configuration: StompConfiguration = StompConfiguration()
    ) -> ActiveMQTransport {
        ActiveMQTransport(reading: address, configuration)
    }
    #endif
}
