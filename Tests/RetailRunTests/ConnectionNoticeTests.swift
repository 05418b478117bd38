import SkeinCore
import SkeinStorage
import SkeinTransport
import Testing

@testable import RetailRun

@Suite("What is said of connections")
struct ConnectionNoticeTests {
    private func report(
        _ state: ChannelReport.State, _ error: String? = nil, _ code: TransportError.Code = .disconnected,
        problem: String? = nil
    ) -> ChannelReport {
        let connection = ChannelReport.Connection(
            state: state, since: .epoch, lastError: error, lastErrorCode: error.map { _ in code.rawValue })
        var report = ChannelReport(
            name: "shop", transport: "memory", process: "order", sending: connection, takingIn: connection)
        report.problem = problem
        return report
    }

    @Test("is that there is no broker, and that it is back, each once")
    func states() {
        var notice = ConnectionNotice(store: "shop")
        #expect(notice.note([]) == nil)
        #expect(notice.note([report(.connected)]) == nil)
        let lost = [report(.connected), report(.disconnected, "it is gone")]
        #expect(notice.note(lost) == "no connection to the broker, trying again until there is one: it is gone")
        #expect(notice.note(lost) == nil)
        #expect(notice.note([report(.connecting)]) == nil)
        #expect(notice.note([report(.connected)]) == "the broker is there")
        #expect(notice.note([report(.connected)]) == nil)
    }

    @Test("is that the broker does not let the process in, where it is there")
    func login() {
        var notice = ConnectionNotice(store: "shop")
        let error = "b does not accept the user 'shop': no; check user, password and virtual host"
        let text = "the broker does not let the process in, trying again until it does: \(error)"
        #expect(notice.note([report(.disconnected, error, .unauthenticated)]) == text)
        #expect(notice.note([report(.disconnected, error, .unauthenticated)]) == nil)
        let absent = "no connection to the broker, trying again until there is one: gone"
        #expect(notice.note([report(.disconnected, "gone")]) == absent)
        #expect(notice.note([report(.disconnected, error, .unauthenticated)]) == text)
        #expect(notice.note([report(.connected)]) == "the broker is there")
    }

    @Test("is that a certificate is refused, where it is")
    func certificate() {
        var notice = ConnectionNotice(store: "shop")
        let text = notice.note([report(.disconnected, "b: it has expired", .untrusted)])
        #expect(text == "a certificate is refused, trying again until it is not: b: it has expired")
    }

    @Test("is which message the broker refuses, once, though each attempt closes the connection")
    func refused() {
        var notice = ConnectionNotice(store: "my shop")
        let error = "b: User shop is not authorized; give the user the right to the destination, at the broker"
        var refused = report(.connected)
        refused.sending = report(.disconnected, error, .unauthorized).sending
        let news = (0..<3).flatMap { _ in [notice.note([refused]), notice.note([report(.connected)])] }
        let text = "the broker refuses a message, and those of its key wait: \(error); see: "
        #expect(news == [text + "skein incidents --store 'my shop'", nil, nil, nil, nil, nil])
        // Who may not take in is not let in at all.
        let all = notice.note([report(.disconnected, error, .unauthorized)])
        #expect(all?.hasPrefix("the broker does not let the process in") == true)
    }

    @Test("is what contradicts the configuration, each contradiction once")
    func problems() {
        var notice = ConnectionNotice(store: "shop")
        let reports = [report(.connected, problem: "two have one name"), report(.connected, problem: "no owner")]
        #expect(notice.note(reports) == "two have one name")
        #expect(notice.note(reports) == "no owner")
        #expect(notice.note(reports) == nil)
    }
}
