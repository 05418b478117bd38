import SkeinStorage
import Foundation
import SkeinCore
import SkeinTesting
import Testing

@Suite("The business error that ends a process")
struct ProcessFailureTests {
    struct Overdrawn: BusinessError, Equatable, CustomStringConvertible {
        var account: String
        var missing: Decimal
        var since: Date

        var description: String { "\(account) lacks \(missing)" }
    }

    struct Endless: BusinessError {
        static let code = "endless"
        var share = Double.infinity
    }

    private static let overdrawn = Overdrawn(
        account: "a", missing: Decimal(string: "1234567890.123456789") ?? 0, since: Date(timeIntervalSince1970: 1000))

    private let store = MemoryStore()

    private func outcome(of body: @escaping @Sendable () throws -> String) throws -> ProcessOutcome {
        let simulation = try simulation(store: store) { _, _ in try body() }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let row = try #require(try simulation.instance(of: store))
        return .ended(row.status, result: row.result)
    }

    @Test("comes back as it was thrown, with its code and text")
    func decoded() throws {
        let outcome = try outcome { throw Self.overdrawn }
        #expect(outcome.failure?.code == "Overdrawn")
        #expect(outcome.failure?.text == "a lacks 1234567890.123456789")
        #expect(try outcome.failure(as: Overdrawn.self) == Self.overdrawn)
        #expect(try outcome.failure(as: Declined.self) == nil, "it is another error")
        #expect(try outcome.value(as: String.self) == nil)
    }

    @Test("is absent while a process runs and when it completes")
    func none() throws {
        let outcome = try outcome { "fine" }
        #expect(outcome.failure == nil)
        #expect(try outcome.failure(as: Overdrawn.self) == nil)
        #expect(ProcessOutcome.accepted.failure == nil)
    }

    @Test("keeps its code and text when it cannot be encoded, and says why")
    func unencodable() throws {
        let outcome = try outcome { throw Endless() }
        #expect(outcome.failure?.code == "endless")
        let error = #expect(throws: MessageError.self) { try outcome.failure(as: Endless.self) }
        #expect(error?.message.hasPrefix("the business error 'endless' was stored without its value:") == true)
    }
}
