public import SkeinTransport

/// How an ``ActiveMQTransport`` connects, and what it makes of destinations.
public struct StompConfiguration: Sendable {
    /// The brokers that are known.
    public enum Broker: String, Sendable, Hashable {
        /// ActiveMQ "classic".
        case activeMQ
        /// RabbitMQ with its plugin `rabbitmq_stomp`.
        case rabbitMQ
    }

    /// A user and a password. No description shows the password.
    public struct Credentials: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
        /// The name that the broker knows.
        public var user: String
        /// What proves it.
        public var password: String

        public init(user: String, password: String) { (self.user, self.password) = (user, password) }

        /// The user.
        public var description: String { "the user '\(user)'" }
        /// The user.
        public var debugDescription: String { description }
    }

    /// The user and password, unless the address has some; `nil` to connect as nobody.
    public var credentials: Credentials?
    /// Certificates for `stomp+ssl`; an address with `stomp` and `nil` here is not encrypted.
    public var tls: StompTLS?
    /// How often each side sends something at least, so that the other one notices its end. The broker counts as gone
    /// after twice that time of silence. Zero for never; up to one day.
    public var heartBeat: Duration
    /// How long connecting may take, with all handshakes, more than zero.
    public var connectTimeout: Duration
    /// The header `host`: with RabbitMQ the virtual host.
    public var virtualHost: String
    /// How many messages the broker sends ahead on each subscription, 1 or more; `nil` divides the window of the
    /// source among its subscriptions.
    public var prefetch: Int?
    /// Which broker it is; `nil` asks the header `server` of its CONNECTED frame, and offers no
    /// more than what both can do: several readers under one name need `.activeMQ` here.
    public var broker: Broker?
    /// The rule that makes topics and queues of destinations; `nil` for that of the broker.
    public var destinations: StompDestinations?
    /// Which messages a destination's subscription takes, by the expressions of JMS over headers, for example
    /// `ce_type = 'payment.received'`. ActiveMQ alone can; the messages left out stay in their queue.
    public var selectors: [Destination: String]
    /// The largest body of a message, in bytes, both ways. Larger ones are refused without asking the broker, which
    /// would end the connection; so it must be some kilobytes below the largest frame that the broker admits. Of a
    /// larger one that comes in the headers are taken, and the broker is told that nobody could read it. So it is with
    /// headers that no setting admits: more than 1,000, and those of more than 65,536 bytes.
    public var maximumMessageSize: Int

    /// The defaults fit a broker that is installed and not configured.
    public init(
        credentials: Credentials? = nil, tls: StompTLS? = nil, heartBeat: Duration = .seconds(10),
        connectTimeout: Duration = .seconds(10), virtualHost: String = "/", prefetch: Int? = nil,
        broker: Broker? = nil, destinations: StompDestinations? = nil, selectors: [Destination: String] = [:],
        maximumMessageSize: Int = 104_000_000
    ) {
        (self.credentials, self.tls, self.heartBeat) = (credentials, tls, heartBeat)
        (self.connectTimeout, self.virtualHost, self.prefetch) = (connectTimeout, virtualHost, prefetch)
        (self.broker, self.destinations, self.selectors) = (broker, destinations, selectors)
        self.maximumMessageSize = maximumMessageSize
    }
}
