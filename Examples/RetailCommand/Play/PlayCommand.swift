import ArgumentParser
import Foundation
import RetailPlay

/// `retail play`: payments, and below it the other scenarios.
struct PlayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Play payments, or another scenario, under a virtual clock: weeks take milliseconds.",
        usage: "retail play [options] [<subcommand>]",
        discussion: """
            Without a subcommand, payments are played in the whole shop; the subcommands play an order, a check-in \
            and a trip.

            Prints a JSON object a line: each event that is published, in order, with the time since the beginning, \
            and as the last line, of type end, how things stand then. Payments are called p1, p2 and so on, in the \
            order given.

            An amount is a number such as 25 or 19.90; a duration is one of ISO 8601, such as P5D or PT12H.

            EXIT CODES: 0 done, 64 wrong usage, 74 the output cannot be written.

            EXAMPLES:
              retail play --pay martin=25
              retail play --balance kermit=5 --card kermit=expired --pay kermit=25
              retail play --card sam=expired --pay sam=25 --update-card P5D:sam=good
            """,
        subcommands: [OrderCommand.self, CheckInCommand.self, TripCommand.self])

    @Option(
        help: ArgumentHelp("The balance of an account at the beginning; repeatable.", valueName: "account=amount"),
        transform: { try BalanceArgument($0) })
    var balance: [BalanceArgument] = []

    @Option(
        help: ArgumentHelp(
            "The card of an account at the beginning, good or expired; good unless given; repeatable.",
            valueName: "account=state"),
        transform: { try CardArgument($0) })
    var card: [CardArgument] = []

    @Option(
        help: ArgumentHelp(
            "A payment of an account, at the beginning or a duration after it; repeatable; at least one.",
            valueName: "[duration:]account=amount"),
        transform: { try Arguments.payment($0) })
    var pay: [PaymentScenario.Payment] = []

    @Option(
        help: ArgumentHelp(
            "An account whose card is replaced, a duration after the beginning, by one that is good or expired; "
                + "repeatable.", valueName: "duration:account=state"),
        transform: { try Arguments.update($0) })
    var updateCard: [PaymentScenario.CardUpdate] = []

    @OptionGroup var flags: PlayFlags

    func run() throws {
        guard !pay.isEmpty else {
            throw ValidationError(
                "There is nothing to play: give at least one --pay ACCOUNT=AMOUNT, such as --pay kermit=25, or one of "
                    + "the subcommands order, checkin and trip.")
        }
        var scenario = PaymentScenario(payments: pay, updates: updateCard)
        for argument in balance {
            guard scenario.balances.updateValue(argument.amount, forKey: argument.account) == nil else {
                throw ValidationError("--balance is given twice for '\(argument.account)'; give it once.")
            }
        }
        for argument in card {
            guard scenario.cards.updateValue(argument.card, forKey: argument.account) == nil else {
                throw ValidationError("--card is given twice for '\(argument.account)'; give it once.")
            }
        }
        try scenario.play(flags.options).printAll()
    }
}

/// An account with its balance.
struct BalanceArgument {
    var account: String
    var amount: Decimal

    init(_ text: String) throws { (account, amount) = try Arguments.balance(text) }
}

/// An account with its card.
struct CardArgument {
    var account: String
    var card: CardState

    init(_ text: String) throws { (account, card) = try Arguments.card(text) }
}
