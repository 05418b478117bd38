import RetailWorld
import Testing

@testable import RetailRun

@Suite("An audit in sentences")
struct AuditTextTests {
    private func text(_ calls: [CallRecord], kills: Int = 0, _ edit: (inout StoreFacts) -> Void = { _ in }) -> String {
        var facts = SampleAudit.facts
        edit(&facts)
        let summary = Audit.summary(of: facts, calls: calls, kills: kills, now: SampleAudit.end)
        return AuditText(summary).lines.joined(separator: "\n")
    }

    @Test("praises what was kept")
    func kept() {
        let text = text(SampleAudit.calls)
        #expect(text.contains("30.00 in all, no card twice for one payment"))
        #expect(text.contains("paid (or a VIP's), fetched and shipped"))
        #expect(text.hasSuffix("Every promise was kept."))
    }

    @Test("praises nothing that it found broken")
    func broken() {
        let twice = SampleAudit.calls + [SampleAudit.call(key: "e", for: "paid", 2000, .charged)]
        let text = text(twice.filter { $0.service != .ship })
        #expect(text.contains("50.00 in all, BUT"))
        #expect(!text.contains("no card twice"))
        #expect(!text.contains("each exactly its amount"))
        #expect(!text.contains("fetched and shipped"))
        #expect(text.contains("nothing of them was kept"))
    }

    @Test("counts kills and broken promises as people do")
    func grammar() {
        #expect(text(SampleAudit.calls).contains("The program was never killed."))
        #expect(text(SampleAudit.calls, kills: 1).contains("The program was killed once."))
        #expect(text(SampleAudit.calls, kills: 2).contains("The program was killed 2 times."))
        #expect(text(SampleAudit.calls) { $0.owner = 1 }.contains("The program was never killed, and runs now."))
        #expect(text(SampleAudit.calls) { $0.incidents = ["a"] }.contains("\n1 promise was broken:\n"))
        #expect(text(SampleAudit.calls) { $0.incidents = ["a", "b"] }.contains("\n2 promises were broken:\n"))
    }

    @Test("says how many findings it does not name")
    func long() {
        let text = text(SampleAudit.calls) { $0.incidents = (1...25).map { "\($0)" } }
        #expect(text.hasSuffix("and 5 more; the same command with --json names them all"))
    }
}
