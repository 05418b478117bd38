/// How an eventing service is offered.
public struct EventingConfiguration: Sendable {
    /// What one request may ask for. Each value is 1 or more.
    public struct Limits: Sendable, Hashable {
        /// The largest body of a request, in bytes: 16 MiB unless set.
        public var body = 16 << 20
        /// How many events a request may bring: 1,000 unless set.
        public var batch = 1000
        /// How many events an answer may have: 1,000 unless set.
        public var page = 1000
        /// How many live tails may be open: 2,000 unless set.
        public var tails = 2000
        /// How many connections may be open: 10,000 unless set, and no more than the limit of open files leaves room
        /// for.
        public var connections = 10_000
        /// After how long without a byte a connection ends that waits for a request, or is in the middle of one: a
        /// minute unless set. Live tails stay open.
        public var idle = Duration.seconds(60)

        public init() {}
    }

    /// Where the service listens; loopback on port 4700 unless set.
    public var listen: ListenAddress
    /// What one request may ask for.
    public var limits = Limits()

    /// - Parameter listen: loopback on port 4700 unless given.
    /// - Throws: ``ServerError`` with code `configuration`.
    public init(listen: ListenAddress? = nil) throws {
        self.listen = try listen ?? ListenAddress(host: "127.0.0.1")
    }

    /// - Throws: ``ServerError`` with code `configuration`, naming everything that is wrong.
    package func check() throws {
        let problems = problems
        guard problems.isEmpty else { throw ServerError(.configuration, problems.joined(separator: "\n")) }
    }

    private var problems: [String] {
        let numbers = [
            ("limits.body", limits.body), ("limits.batch", limits.batch), ("limits.page", limits.page),
            ("limits.tails", limits.tails), ("limits.connections", limits.connections),
        ]
        var problems = numbers.filter { $0.1 < 1 }.map { "\($0.0) is \($0.1); it must be 1 or more" }
        if limits.idle <= .zero { problems.append("limits.idle is \(limits.idle); it must be above zero") }
        if !listen.isLoopback {
            problems.append(
                "without tokens a service listens on loopback only, because everybody who reaches it could publish and "
                    + "read; listen at 127.0.0.1:\(listen.port)")
        }
        return problems
    }
}
