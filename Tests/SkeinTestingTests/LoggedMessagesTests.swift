import Foundation
import SkeinCore
import SkeinTesting
import Testing

@Suite("Messages in the log")
struct LoggedMessagesTests {
    private static let noon = Date(timeIntervalSince1970: 43_200)
    private static let desk = Component("desk") { Handle(Meet.self) { _, _ in } }

    @Test("are read from a simulation by their type, in their order, dates and all")
    func simulation() throws {
        let simulation = try Simulation(store: MemoryStore(), components: [Self.desk])
        try simulation.send(Meet(who: "Ada", at: Self.noon))
        try simulation.publish(Met(who: "Ada"), as: "desk")
        try simulation.send(Meet(who: "Bob", at: Self.noon))
        #expect(
            try simulation.messages(of: Meet.self)
                == [Meet(who: "Ada", at: Self.noon), Meet(who: "Bob", at: Self.noon)])
        #expect(try simulation.messages(of: Met.self).map(\.who) == ["Ada"])
        let error = #expect(throws: MessageError.self) { try simulation.messages(of: MetSomewhere.self) }
        #expect(error?.code == .undecodablePayload)
    }

    @Test("are there for the promises of a trial, dates and all")
    func trial() throws {
        try TrialSearch("meetings") { trial in
            trial.run { [Self.desk] }
            trial.send(Meet(who: "Ada", at: Self.noon))
            trial.check("the meeting is in the log") { outcome in
                try outcome.messages(of: Meet.self) == [Meet(who: "Ada", at: Self.noon)]
            }
        }.run(seeds: 1...3)
    }
}

private struct Meet: Command, Equatable {
    static let name: MessageName = "desk.meet"
    var who: String
    var at: Date
}

private struct Met: Event {
    static let name: MessageName = "desk.met"
    var who: String
}

/// The same event in a shape that nobody has published.
private struct MetSomewhere: Event {
    static let name: MessageName = "desk.met"
    var place: String
}
