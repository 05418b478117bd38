import SkeinCore
import SkeinTesting
import Testing

@Suite("A compensation that is confirmed by a key")
struct ConfirmationTests {
    @Test("waits for the event with the key, whatever caused it, through crashes", arguments: [false, true])
    func confirmed(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try simulation(options) { start, flow in
            // The till answers a charge with `till.charged`; `till.refunded` comes from somebody else.
            flow.onCompensation(
                request: Charge(orderID: start.id, amount: 5), expecting: Refunded.self, for: start.id)
            try await flow.compensate()
            return "undone"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        try simulation.publish(Refunded(orderID: "b"), as: "till")
        #expect(try simulation.results() == [])
        try simulation.publish(Refunded(orderID: "a"), as: "till")
        #expect(try simulation.results() == ["undone"])
        #expect(try simulation.messages().filter { $0 == "till.charge" }.count == 1)
    }
}
