/// The other side, as its CONNECTED frame tells it.
struct StompServer: Hashable, Sendable {
    /// The header `server`, such as `ActiveMQ/5.17.2` or `RabbitMQ/3.10.8`; empty where there is none.
    var name: String
    /// How often this side has to send something.
    var beatEvery: Duration?
    /// How long the server may be silent.
    var silenceLimit: Duration?

    /// Which broker it is, by its name. Every other than RabbitMQ counts as ActiveMQ, which can be configured to say no
    /// name.
    var broker: StompConfiguration.Broker { name.lowercased().hasPrefix("rabbitmq") ? .rabbitMQ : .activeMQ }

    /// Reads a CONNECTED frame.
    ///
    /// - Parameters:
    ///   - sending: how often this side has offered to send; zero for never.
    ///   - receiving: how often this side wants to hear from the server; zero for never.
    init(_ frame: StompFrame, sending: Duration, receiving: Duration) {
        name = frame["server"] ?? ""
        let numbers = (frame["heart-beat"] ?? "0,0").split(separator: ",").map { Int64($0) ?? 0 }
        let (theirs, wanted) = numbers.count == 2 ? (numbers[0], numbers[1]) : (0, 0)
        beatEvery = Self.interval(sending, wanted)
        silenceLimit = Self.interval(receiving, theirs).map { $0 * 2 }
    }

    /// STOMP 1.2, "Heart-beating": the longer of both, or none where one side says zero.
    private static func interval(_ own: Duration, _ milliseconds: Int64) -> Duration? {
        guard own > .zero, milliseconds > 0 else { return nil }
        // More than a day is as good as never, and a number without a bound could do harm.
        return max(own, .milliseconds(min(milliseconds, 86_400_000)))
    }
}
