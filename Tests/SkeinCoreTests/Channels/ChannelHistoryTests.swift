import Foundation
import SkeinMessages
import SkeinStorage
import Testing

@testable import SkeinCore

@Suite("What a channel has been through")
struct ChannelHistoryTests {
    private typealias Action = ChannelHistory.Action

    private var history: ChannelHistory
    private let start = Timestamp.epoch

    init() { history = ChannelHistory(Self.report(.connecting), stored: nil) }

    @Test("is stored and logged when a connection comes into another state")
    mutating func news() {
        #expect(enter(.connecting) == [.store(history.report)], "there is no copy yet")
        #expect(enter(.connecting) == [])
        let connected = enter(.connected, after: .seconds(1))
        #expect(history.report.sending.state == .connected)
        #expect(history.report.sending.since == start.advanced(by: .seconds(1)))
        #expect(connected == [.store(history.report), .log(history.report.sending, isSending: true)])
        let failed = enter(.disconnected, because: "down", after: .seconds(2))
        #expect(history.report.sending.lastError == "down")
        #expect(failed == [.store(history.report), .log(history.report.sending, isSending: true)])
        let held = enter(.held, \.takingIn)
        #expect(held == [.store(history.report), .log(history.report.takingIn, isSending: false)])
    }

    @Test("is neither stored nor logged again for an attempt that fails as the one before did")
    mutating func vain() {
        _ = enter(.disconnected, because: "down")
        for _ in 0..<3 {
            #expect(enter(.connecting) == [])
            #expect(enter(.disconnected, because: "down") == [])
        }
        #expect(enter(.connecting) == [])
        let other = enter(.disconnected, because: "the password is wrong")
        #expect(other == [.store(history.report), .log(history.report.sending, isSending: true)])
    }

    @Test("is not stored at a start after which the connections are as they were")
    mutating func asBefore() {
        history = ChannelHistory(Self.report(.connecting), stored: Self.report(.connected))
        #expect(enter(.connecting) == [])
        #expect(enter(.connecting, \.takingIn) == [])
        #expect(enter(.connected) == [.log(history.report.sending, isSending: true)])
        #expect(enter(.connected, \.takingIn) == [.log(history.report.takingIn, isSending: false)])
    }

    @Test("counts how often a connection is open again after a failure, and not how often that failed")
    mutating func reconnects() {
        for state: ChannelReport.State in [.connected, .suspended, .connecting, .connected] { _ = enter(state) }
        #expect(history.report.sending.reconnects == 0)
        for outage in 1...2 {
            for _ in 0..<3 {
                _ = enter(.disconnected, because: "down")
                _ = enter(.connecting)
            }
            _ = enter(.held)
            #expect(history.report.sending.reconnects == outage)
        }
        _ = enter(.disconnected, because: "down")
        _ = enter(.stopped)
        _ = enter(.connected)
        #expect(history.report.sending.reconnects == 2)
        #expect(history.report.takingIn.reconnects == 0)
    }

    @Test("knows of each connection whether it has been open")
    mutating func open() {
        for state: ChannelReport.State in [.connecting, .disconnected, .stopped, .suspended] {
            _ = enter(state)
            #expect(!history.hasBeenOpen(\.sending))
        }
        for state: ChannelReport.State in [.connected, .disconnected, .connecting, .stopped] {
            _ = enter(state)
            #expect(history.hasBeenOpen(\.sending))
        }
        #expect(!history.hasBeenOpen(\.takingIn))
    }

    @Test("is stored some time after counts have changed, unless it was stored meanwhile")
    mutating func counts() {
        #expect(count() == [.planStore])
        #expect(count() == [])
        #expect(history.storeCounts() == [.store(history.report)])
        #expect(history.report.sent.acknowledged == 2)
        #expect(count() == [.planStore])
        _ = enter(.connected)
        #expect(history.storeCounts() == [])
        #expect(count() == [.planStore])
        _ = enter(.disconnected)
        #expect(count() == [], "the alarm is still to come")
        #expect(history.storeCounts() == [.store(history.report)])
        #expect(history.storeCounts() == [])
    }

    @Test("is stored when a problem is found, and when that one is solved")
    mutating func problems() {
        #expect(history.found("full") == [.store(history.report)])
        #expect(history.report.problem == "full")
        #expect(history.found("full") == [])
        #expect(history.solved("another") == [])
        #expect(history.solved("full") == [.store(history.report)])
        #expect(history.report.problem == nil)
        #expect(history.solved("full") == [])
    }

    @Test("keeps each problem until that one is solved, and the first of too many")
    mutating func severalProblems() {
        _ = history.found("moved")
        _ = history.found("full")
        #expect(history.report.problem == "moved; full")
        #expect(history.solved("full") == [.store(history.report)])
        #expect(history.report.problem == "moved")
        for number in 1...20 { _ = history.found("unreadable \(number)") }
        let problems = history.report.problem?.components(separatedBy: "; ") ?? []
        #expect(problems.count == 8 && problems.first == "moved" && problems.last == "unreadable 20")
    }

    private mutating func enter(
        _ state: ChannelReport.State, _ direction: ChannelHistory.Direction = \.sending, because error: String? = nil,
        after time: Duration = .zero
    ) -> [Action] {
        history.enter(state, direction, because: error, at: start.advanced(by: time))
    }

    private mutating func count() -> [Action] { history.count { $0.sent.acknowledged += 1 } }

    private static func report(_ state: ChannelReport.State) -> ChannelReport {
        let connection = ChannelReport.Connection(state: state, since: .epoch)
        return ChannelReport(
            name: "shop", transport: "memory", process: "order", sending: connection, takingIn: connection)
    }
}
