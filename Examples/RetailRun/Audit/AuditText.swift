import RetailWorld

/// An audit in plain sentences, for people who have read nothing.
struct AuditText {
    private let summary: AuditSummary

    init(_ summary: AuditSummary) { self.summary = summary }

    var lines: [String] {
        ordersAndPayments + [""] + calls + [""] + verdict
    }

    private var verdict: [String] {
        guard !summary.isKept else { return ["Every promise was kept."] }
        let findings = summary.broken.prefix(20).map { "  \($0.promise.rawValue) - \($0.subject): \($0.finding)" }
        return ["\(summary.broken.count) promises were broken:"] + findings
    }

    private var ordersAndPayments: [String] {
        let (orders, payments) = (summary.orders, summary.payments)
        return [
            row("orders placed", orders.placed),
            row("  fulfilled", orders.fulfilled, "paid (or a VIP's), fetched and shipped"),
            row("  not fulfilled", orders.notFulfilled, "nobody paid, or the goods came too late"),
            row("  canceled", orders.canceled),
            row("  still open", orders.open),
            row("payments received", payments.received, "each exactly its amount, from:"),
            row("  the balance", payments.fromBalance),
            row("  the card", payments.fromCard),
            row("  both", payments.fromBoth),
            row("payments canceled", payments.canceled, "nothing of them was kept"),
            row("payments refunded", payments.refunded, "everything was given back"),
        ]
    }

    private var calls: [String] {
        let calls = summary.calls
        return [
            "The card company kept its own record, in a process of its own:",
            row("calls it got", calls.received, "no more than its failures and the kills explain"),
            row("  failed at once", calls.failures, "and were tried again"),
            row("  lost their answer", calls.lostAnswers, "it acted, but answered late or never"),
            row("  repeated a key", calls.repeats, "it saw that, and did nothing twice"),
            row("cards charged", calls.cardsCharged, "\(calls.moneyCharged) in all, no card twice for one payment"),
            row("charges declined", calls.cardsDeclined, "the card was expired"),
            row("cards refunded", calls.cardsRefunded, "\(calls.moneyRefunded) in all"),
            "The program was killed \(summary.kills) times. "
                + (summary.integrity == "ok" ? "Its file is sound; " : "Its file is damaged; ")
                + "\(count(summary.stuckInstances, "process")) stuck, "
                + "\(count(summary.openIncidents, "incident")) open.",
        ]
    }

    private func row(_ name: String, _ number: Int, _ remark: String = "") -> String {
        let number = "\(number)"
        let padding = String(repeating: " ", count: max(1, 28 - name.count - number.count))
        return "  \(name)\(padding)\(number)\(remark.isEmpty ? "" : "   \(remark)")"
    }

    private func count(_ number: Int, _ noun: String) -> String {
        let plural = noun.hasSuffix("s") ? noun + "es" : noun + "s"
        return "\(number == 0 ? "no" : "\(number)") \(number == 1 ? noun : plural)"
    }
}
