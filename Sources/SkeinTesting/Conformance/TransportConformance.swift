public import SkeinTransport

/// The contract of `Transport` as checks that every adapter runs.
///
/// ```swift
/// @Test("keeps the contract", arguments: TransportConformance.checks)
/// func contract(check: TransportConformance.Check) async throws { try await check.run(on: adapter) }
/// ```
///
/// The checks give their components and processes names that are new each time, so all of them can run on one broker.
public struct TransportConformance: Sendable {
    /// The transport to check, on a broker that runs.
    public var make: @Sendable () async throws -> any Transport
    /// Kills the broker and starts it again on the same data; `nil` where nobody can.
    public var restartBroker: (@Sendable () async throws -> Void)?
    /// Transports that must fail to connect, each with the code of the error that they must fail with.
    public var broken: @Sendable () async throws -> [(transport: any Transport, code: TransportError.Code)]

    /// An adapter from the functions that its checks need.
    public init(
        make: @escaping @Sendable () async throws -> any Transport,
        restartBroker: (@Sendable () async throws -> Void)? = nil,
        broken: @escaping @Sendable () async throws -> [(transport: any Transport, code: TransportError.Code)] = { [] }
    ) {
        (self.make, self.restartBroker, self.broken) = (make, restartBroker, broken)
    }

    /// One point to check.
    public struct Check: Sendable, CustomStringConvertible {
        /// The number in the contract of `Transport`.
        public let point: Int
        /// A sentence that says what holds.
        public let name: String
        /// What a transport must be able to do for the check to make sense; it passes for others.
        public let needs: Set<TransportAbility>
        let body: @Sendable (TransportConformance, any Transport) async throws -> Void

        init(
            _ point: Int, _ name: String, needs: Set<TransportAbility> = [],
            _ body: @escaping @Sendable (TransportConformance, any Transport) async throws -> Void
        ) {
            (self.point, self.name, self.needs, self.body) = (point, name, needs, body)
        }

        /// The point and the sentence, as a test shows them.
        public var description: String { "\(point): \(name)" }

        /// - Throws: ``ConformanceFailure``, or what the transport has thrown unexpectedly.
        public func run(on adapter: TransportConformance) async throws {
            let transport = try await adapter.make()
            guard needs.isSubset(of: transport.features.abilities) else { return }
            try await body(adapter, transport)
        }
    }

    /// All checks, each independent of the others.
    public static let checks: [Check] = []
}
