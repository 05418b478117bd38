import Foundation
import RetailPlay
import SkeinCore
import Testing

/// The scenarios of the payment: who has what, what is done, and what must come of it.
struct PaymentStory: Sendable {
    var name: String
    var scenario: PaymentScenario
    var events: [String]
    var balances: [String: Int]
    /// Amount and reference of each successful charge.
    var charges: [String]

    private static func pay(_ account: String, _ amount: Int) -> PaymentScenario.Payment {
        .init(account: account, amount: .init(amount))
    }

    private static func reminders(_ days: Int...) -> [String] { days.map { "P\($0)D card.updateReminded" } }

    static let failedStart = [
        "P0D payment.requested 25", "P0D account.amountWithdrawn 5", "P0D payment.partlyCovered 5", "P0D card.failed",
    ]

    static let all: [PaymentStory] = [
        PaymentStory(
            name: "S1", scenario: .init(balances: ["martin": 0], payments: [pay("martin", 25)]),
            events: ["P0D payment.requested 25", "P0D card.charged 25", "P0D payment.received 25"],
            balances: ["martin": 0], charges: ["25 p1"]),
        PaymentStory(
            name: "S2", scenario: .init(cards: ["kermit": .expired], payments: [pay("kermit", 25)]),
            events: ["P0D payment.requested 25", "P0D card.failed"] + reminders(2, 4, 6, 8, 10, 12) + [
                "P14D payment.canceled 25"
            ],
            balances: ["kermit": 0], charges: []),
        PaymentStory(
            name: "S3", scenario: .init(balances: ["kermit": 30], payments: [pay("kermit", 25)]),
            events: ["P0D payment.requested 25", "P0D account.amountWithdrawn 25", "P0D payment.received 25"],
            balances: ["kermit": 5], charges: []),
        PaymentStory(
            name: "S4",
            scenario: .init(balances: ["kermit": 5], cards: ["kermit": .expired], payments: [pay("kermit", 25)]),
            events: failedStart + reminders(2, 4, 6, 8, 10, 12) + [
                "P14D account.amountCredited 5", "P14D payment.canceled 20",
            ],
            balances: ["kermit": 5], charges: []),
        PaymentStory(
            name: "S5",
            scenario: .init(
                balances: ["kermit": 5], cards: ["kermit": .expired], payments: [pay("kermit", 25)],
                updates: [.init(at: .days(5), account: "kermit", card: .good)]),
            events: failedStart + reminders(2, 4) + [
                "P5D card.detailsUpdated", "P5D card.charged 20", "P5D payment.received 25",
            ],
            balances: ["kermit": 0], charges: ["20 p1"]),
        PaymentStory(
            name: "S6",
            scenario: .init(
                balances: ["kermit": 5], cards: ["kermit": .expired], payments: [pay("kermit", 25)],
                updates: [
                    .init(at: .days(5), account: "kermit", card: .expired),
                    .init(at: .days(18), account: "kermit", card: .good),
                ]),
            events: failedStart + reminders(2, 4) + ["P5D card.detailsUpdated", "P5D card.failed"]
                + reminders(7, 9, 11, 13, 15, 17) + [
                    "P18D card.detailsUpdated", "P18D card.charged 20", "P18D payment.received 25",
                ],
            balances: ["kermit": 0], charges: ["20 p1"]),
    ]

    /// Two payments of kermit's wait when the card is updated on day 3, a third of his is long done, a fourth is
    /// fozzie's.
    static let several = PaymentStory(
        name: "S7",
        scenario: .init(
            balances: ["kermit": 7], cards: ["kermit": .expired, "fozzie": .expired],
            payments: [pay("kermit", 7), pay("kermit", 25), pay("kermit", 30), pay("fozzie", 9)],
            updates: [.init(at: .days(3), account: "kermit", card: .good)]),
        events: [
            "P0D payment.requested 7", "P0D account.amountWithdrawn 7", "P0D payment.received 7",
            "P0D payment.requested 25", "P0D card.failed", "P0D payment.requested 30", "P0D card.failed",
            "P0D payment.requested 9", "P0D card.failed",
        ] + reminders(2, 2, 2) + [
            "P3D card.detailsUpdated", "P3D card.charged 25", "P3D card.charged 30", "P3D payment.received 25",
            "P3D payment.received 30",
        ] + reminders(4, 6, 8, 10, 12) + ["P14D payment.canceled 9"],
        balances: ["kermit": 0, "fozzie": 0], charges: ["25 p2", "30 p3"])
}

extension PaymentStory: CustomTestStringConvertible {
    var testDescription: String { name }
}
