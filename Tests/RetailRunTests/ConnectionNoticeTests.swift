import SkeinCore
import SkeinStorage
import Testing

@testable import RetailRun

@Suite("What is said of connections")
struct ConnectionNoticeTests {
    private func report(_ state: ChannelReport.State, _ error: String? = nil, problem: String? = nil) -> ChannelReport {
        let connection = ChannelReport.Connection(state: state, since: .epoch, lastError: error)
        var report = ChannelReport(
            name: "shop", transport: "memory", process: "order", sending: connection, takingIn: connection)
        report.problem = problem
        return report
    }

    @Test("is that there is no broker, and that it is back, each once")
    func states() {
        var notice = ConnectionNotice()
        #expect(notice.note([]) == nil)
        #expect(notice.note([report(.connected)]) == nil)
        let lost = [report(.connected), report(.disconnected, "it is gone")]
        #expect(notice.note(lost) == "no broker, trying again until there is one: it is gone")
        #expect(notice.note(lost) == nil)
        #expect(notice.note([report(.connecting)]) == nil)
        #expect(notice.note([report(.connected)]) == "the broker is there")
        #expect(notice.note([report(.connected)]) == nil)
    }

    @Test("is what contradicts the configuration, each contradiction once")
    func problems() {
        var notice = ConnectionNotice()
        let reports = [report(.connected, problem: "two have one name"), report(.connected, problem: "no owner")]
        #expect(notice.note(reports) == "two have one name")
        #expect(notice.note(reports) == "no owner")
        #expect(notice.note(reports) == nil)
    }
}
