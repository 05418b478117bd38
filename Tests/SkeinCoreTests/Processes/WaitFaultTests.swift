import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

@Suite("A wait that is written wrongly")
struct WaitFaultTests {
    enum Fault: CaseIterable {
        case noArms, noReminder, noTimes, noInterval, intervalTooShort

        var reason: String {
            switch self {
            case .noArms: "a wait has no arms"
            case .noReminder, .noTimes: "needs both: when (reminding:) and what to do (onReminder:)"
            case .noInterval, .intervalTooShort: "would never end"
            }
        }
    }

    @Test("parks the instance with the reason", arguments: Fault.allCases)
    func parks(fault: Fault) throws {
        let store = MemoryStore()
        let simulation = try simulation(store: store) { _, flow in
            let arms = fault == .noArms ? [] : [On(Charged.self, for: "x")]
            let charged =
                switch fault {
                case .noArms:
                    try await flow.wait(until: .days(1)) { for arm in arms { arm } }
                case .noReminder:
                    try await flow.wait(until: .days(1), reminding: .every(.hours(1))) { On(Charged.self, for: "x") }
                case .noTimes:
                    try await flow.wait(until: .days(1)) {
                        On(Charged.self, for: "x")
                    } onReminder: {
                    }
                case .noInterval, .intervalTooShort:
                    try await flow.wait(
                        until: .days(1), reminding: .every(fault == .noInterval ? .zero : .nanoseconds(999))
                    ) {
                        On(Charged.self, for: "x")
                    } onReminder: {
                    }
                }
            return "\(charged == nil)"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 9).first)
        #expect(incident.cause == "fault")
        #expect(incident.error.contains(fault.reason))
    }

    @Test("is none when its arms depend on a condition", arguments: [false, true])
    func condition(hasSecond: Bool) throws {
        let simulation = try simulation { _, flow in
            let word = try await flow.wait(until: .days(1)) {
                On(Charged.self, for: "x") { _ in "charged" }
                if hasSecond { On(Refunded.self, for: "x") { _ in "refunded" } }
            }
            return word ?? "nothing"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        try simulation.publish(Refunded(orderID: "x"), as: "till")
        simulation.run(for: .days(2))
        #expect(try simulation.results() == [hasSecond ? "refunded" : "nothing"])
    }
}
