import SkeinCore
public import SkeinMessages
public import SkeinTransport

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The contract of `Transport` as checks that every adapter runs.
///
/// ```swift
/// @Suite(.serialized)
/// struct ContractTests {
///     @Test("keeps the contract", arguments: TransportConformance.checks)
///     func contract(check: TransportConformance.Check) async throws {
///         #expect(try await check.run(on: adapter) == leftOut[check.description] ?? .checked)
///     }
///
///     let leftOut: [String: TransportConformance.Outcome] = [
///         "15: handing back is refused where it is not offered":
///             .leftOut(reason: "the features have 'negativeAcknowledgement'")
///     ]
/// }
/// ```
///
/// A check that does not apply, or that the adapter gives no means for, finds nothing: ``Check/run(on:)`` says so. List
/// those that yours leaves out, as above, so that no other is left out unnoticed.
///
/// The checks give their components and processes names that are new each time, so all of them can run on one broker.
/// Those that stop the broker disturb the others: with ``restartBroker`` or ``withoutBroker``, run one check at a time.
public struct TransportConformance: Sendable {
    /// The transport to check, on a broker that runs.
    public var make: @Sendable () async throws -> any Transport
    /// Kills the broker and starts it again on the same data, and returns when it takes connections; `nil` where nobody
    /// can.
    public var restartBroker: (@Sendable () async throws -> Void)?
    /// Runs a body while the broker is down, then brings it back on the same data, and returns when it takes
    /// connections; `nil` where nobody can.
    public var withoutBroker: (@Sendable (_ body: @Sendable () async throws -> Void) async throws -> Void)?
    /// Sends bytes that are no message, as a program that knows nothing of messages would; `nil` where nobody can.
    public var sendUnreadable: UnreadableSending?
    /// Gives a time by the broker's clock that is later than the times of all messages acknowledged before the call,
    /// and not later than those of messages sent after it.
    public var timeBetween: @Sendable () async throws -> Timestamp
    /// Transports that must fail to connect, each with the code of the error that they must fail with. Where they have
    /// a password, it is ``password``.
    public var broken: @Sendable () async throws -> [(transport: any Transport, code: TransportError.Code)]
    /// After how long a wait counts as one that never ends. Far longer than anything takes.
    public var patience: Duration

    /// An adapter from the functions that its checks need.
    ///
    /// - Parameter timeBetween: unless stated, waits until the clock of this machine shows a later millisecond, which
    ///   serves where the broker has the same clock.
    public init(
        make: @escaping @Sendable () async throws -> any Transport,
        restartBroker: (@Sendable () async throws -> Void)? = nil,
        withoutBroker: (@Sendable (_ body: @Sendable () async throws -> Void) async throws -> Void)? = nil,
        sendUnreadable: UnreadableSending? = nil, timeBetween: (@Sendable () async throws -> Timestamp)? = nil,
        broken: @escaping @Sendable () async throws -> [(transport: any Transport, code: TransportError.Code)] = { [] },
        patience: Duration = .seconds(60)
    ) {
        (self.make, self.restartBroker, self.withoutBroker) = (make, restartBroker, withoutBroker)
        (self.sendUnreadable, self.timeBetween) = (sendUnreadable, timeBetween ?? Self.nextMillisecond)
        (self.broken, self.patience) = (broken, patience)
    }

    /// A function that sends bytes to a destination, with an ordering key.
    public typealias UnreadableSending =
        @Sendable (_ destination: Destination, _ key: String, _ body: Data) async throws -> Void

    /// What no error may show: the password of the transports in ``broken``.
    public static let password = "abracadabra-4711"

    /// One point to check.
    public struct Check: Sendable, CustomStringConvertible {
        /// The number in the contract of `Transport`.
        public let point: Int
        /// A sentence that says what holds.
        public let name: String
        /// What a transport must be able to do for the check to make sense; it is left out for others.
        public let needs: Set<TransportAbility>
        let body: @Sendable (TransportProbe) async throws -> Void

        init(
            _ point: Int, _ name: String, needs: Set<TransportAbility> = [],
            _ body: @escaping @Sendable (TransportProbe) async throws -> Void
        ) {
            (self.point, self.name, self.needs, self.body) = (point, name, needs, body)
        }

        /// The point and the sentence, as a test shows them.
        public var description: String { "\(point): \(name)" }

        /// - Returns: whether it was checked, or left out and why.
        /// - Throws: ``ConformanceFailure``, or what the transport has thrown unexpectedly.
        public func run(on adapter: TransportConformance) async throws -> Outcome {
            let patience = ConformancePatience(limit: adapter.patience)
            let transport = try await patience.wait(for: "the transport to be made", adapter.make)
            let missing = needs.subtracting(transport.features.abilities).map { "'\($0.rawValue)'" }.sorted()
            guard missing.isEmpty else {
                return .leftOut(reason: "the features lack \(missing.joined(separator: " and "))")
            }
            let probe = TransportProbe(adapter: adapter, transport: transport)
            do { try await body(probe) } catch {
                await probe.close()
                guard let leftOut = error as? LeftOut else { throw error }
                return .leftOut(reason: leftOut.reason)
            }
            await probe.close()
            return .checked
        }
    }

    /// All checks, each independent of the others.
    public static let checks: [Check] =
        sendingChecks + orderChecks + exactChecks + transactionChecks + deliveryChecks + readerChecks + boundChecks
        + placeChecks + failureChecks

    @Sendable private static func nextMillisecond() async throws -> Timestamp {
        let clock = SystemClock()
        let next = Timestamp(microseconds: (clock.now.microseconds / 1000 + 1) * 1000)
        while clock.now < next { try await Task.sleep(for: .milliseconds(1)) }
        return next
    }
}

extension TransportConformance {
    /// The adapter for a ``MemoryBroker``.
    public static func memory(_ broker: MemoryBroker = MemoryBroker()) -> TransportConformance {
        let stopped = MemoryBroker(label: "memory, stopped")
        stopped.stop()
        return TransportConformance(
            make: { broker.transport(features: memoryFeatures) },
            restartBroker: {
                broker.stop()
                broker.start()
            },
            withoutBroker: { body in
                broker.stop()
                defer { broker.start() }
                try await body()
            },
            sendUnreadable: { destination, key, body in
                broker.storeUnreadable(
                    UnreadableMessage(key: key, headers: [:], body: body, reason: "it has no attribute 'id'"),
                    in: destination)
            },
            timeBetween: {
                let time = broker.clock.now.advanced(by: .seconds(1))
                broker.clock.advance(to: time)
                return time
            },
            broken: { [(stopped.transport(), .disconnected)] })
    }

    /// With a largest message, so that refusals can be checked.
    private static var memoryFeatures: TransportFeatures {
        var features = MemoryBroker.features
        features.maximumMessageSize = 2_000_000
        return features
    }
}
