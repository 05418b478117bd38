import RetailWorld

/// An audit in plain sentences, for people who have read nothing.
struct AuditText {
    /// How many broken promises are named.
    static let longest = 20

    private let summary: AuditSummary

    init(_ summary: AuditSummary) { self.summary = summary }

    var lines: [String] {
        ordersAndPayments + [""] + calls + [""] + (summary.parts.isEmpty ? [] : transfers + [""]) + verdict
    }

    private var transfers: [String] {
        [
            "The parts of the shop (\(summary.parts.joined(separator: ", "))) kept files of their own:",
            row(
                "messages between them", summary.transfers,
                remark("each recorded once, as written, in order", .asWritten, .inOrder, .delivered)),
            row("  still on their way", summary.onTheirWay),
        ]
    }

    private var verdict: [String] {
        guard !summary.isKept else { return ["Every promise was kept."] }
        let count = summary.broken.count
        let findings = summary.broken.prefix(Self.longest).map {
            "  \($0.promise.rawValue) - \($0.subject): \($0.finding)"
        }
        let rest =
            count > Self.longest
            ? ["  and \(count - Self.longest) more; the same command with --json names them all"] : []
        return ["\(Counted(count, "promise")) \(count == 1 ? "was" : "were") broken:"] + findings + rest
    }

    private var ordersAndPayments: [String] {
        let (orders, payments) = (summary.orders, summary.payments)
        return [
            row("orders placed", orders.placed),
            row("  fulfilled", orders.fulfilled, remark("paid (or a VIP's), fetched and shipped", .deliveredOnce)),
            row("  not fulfilled", orders.notFulfilled, "nobody paid, or the goods came too late"),
            row("  canceled", orders.canceled),
            row("  still open", orders.open),
            row("payments received", payments.received, remark("each exactly its amount", .paidExactly) + ", from:"),
            row("  the balance", payments.fromBalance),
            row("  the card", payments.fromCard),
            row("  both", payments.fromBoth),
            row("payments canceled", payments.canceled, remark("nothing of them was kept", .nothingKept)),
            row("payments refunded", payments.refunded, remark("everything was given back", .nothingKept)),
        ]
    }

    private var calls: [String] {
        let calls = summary.calls
        let once = remark(
            "no card twice for one payment", .chargedOnce, .oneKeyPerStep, .asAsked, .knownPayment)
        return [
            "The card company kept its own record, in a process of its own:",
            row(
                "calls it got", calls.received,
                remark("no more than failures, calls given up and kills explain", .explainedCalls)),
            row("  failed at once", calls.failures, "before anything was done"),
            row("  lost their answer", calls.lostAnswers, "it acted, but answered late or never"),
            row("  were given up", calls.givenUp, "the shop had no answer in time, and asked again"),
            row("  repeated a key", calls.repeats, remark("it saw that, and did nothing twice", .chargedOnce)),
            row("cards charged", calls.cardsCharged, "\(calls.moneyCharged) in all, \(once)"),
            row("charges declined", calls.cardsDeclined, "the card was expired"),
            row("cards refunded", calls.cardsRefunded, "\(calls.moneyRefunded) in all"),
            "\(standing) \(files) \(summary.integrity == "ok" ? "sound" : "damaged"); "
                + "\(Counted(summary.stuckInstances, "process", zero: "no")) stuck, "
                + "\(Counted(summary.openIncidents, "incident", zero: "no")) open.",
        ]
    }

    private var standing: String {
        let kills =
            switch summary.kills {
            case 0: "never killed"
            case 1: "killed once"
            default: "killed \(summary.kills) times"
            }
        let failures =
            summary.failedRuns == 0 ? "" : ", ended by an error \(Counted(summary.failedRuns, "time"))"
        let program = summary.parts.isEmpty ? "The program was" : "The programs were, all together,"
        return "\(program) \(kills)\(failures)\(runsNow)."
    }

    private var files: String { summary.parts.isEmpty ? "Its file is" : "Their files are" }

    private var runsNow: String {
        guard summary.isUnderWay else { return "" }
        return summary.parts.isEmpty ? ", and runs now" : ", and some run now"
    }

    /// What a line says where promises were kept; what was found, where they were not.
    private func remark(_ kept: String, _ promises: BrokenPromise.Promise...) -> String {
        let count = summary.broken.count { promises.contains($0.promise) }
        return count == 0 ? kept : "BUT \(Counted(count, "finding")) against that"
    }

    private func row(_ name: String, _ number: Int, _ remark: String = "") -> String {
        let number = "\(number)"
        let padding = String(repeating: " ", count: max(1, 28 - name.count - number.count))
        return "  \(name)\(padding)\(number)\(remark.isEmpty ? "" : "   \(remark)")"
    }
}
