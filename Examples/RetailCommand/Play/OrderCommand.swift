public import ArgumentParser
public import RetailServices
public import RetailPlay

/// `retail play order`
struct OrderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order", abstract: "Play one order; payment, inventory and shipping do as they are told.",
        usage: "retail play order [options]",
        discussion: """
            The customer kermit orders a banjo for 25. The order is given up when nothing is heard of its payment for \
            20 days, when the goods are not fetched in 12 hours, or when they are not shipped in 24; what was paid is \
            refunded then.

            EXAMPLES:
              retail play order
              retail play order --payment late
              retail play order --fetch late --notation choreography
            """)

    @Flag(help: "The customer is a VIP: no payment, an invoice later.")
    var vip = false

    @Option(help: "Whether the customer has an account at the beginning.")
    var customer = OrderScenario.Acquaintance.unknown

    @Option(
        help: """
            What the order hears of its payment: at once that it is received or canceled, nothing ever (silent), or \
            that it is received on day 21, when the order has been given up (late).
            """)
    var payment = OrderScenario.PaymentScript.received

    @Option(help: "When the goods are fetched: at once, or after 13 hours, which is too late.")
    var fetch = OrderScenario.Punctuality.ok

    @Option(help: "When the goods are shipped: at once, or after 25 hours, which is too late.")
    var ship = OrderScenario.Punctuality.ok

    @Option(
        help: """
            How the way of the order is written down: as a process of the order component (code), or as reactions of \
            all components to the events of others (choreography).
            """)
    var notation = OrderNotation.code

    @OptionGroup var flags: PlayFlags

    func run() throws {
        var scenario = OrderScenario()
        (scenario.isVIP, scenario.customer, scenario.payment) = (vip, customer, payment)
        (scenario.fetch, scenario.ship, scenario.notation) = (fetch, ship, notation)
        try scenario.play(flags.options).printAll()
    }
}

extension OrderScenario.Acquaintance: @retroactive ExpressibleByArgument {}
extension OrderScenario.PaymentScript: @retroactive ExpressibleByArgument {}
extension OrderScenario.Punctuality: @retroactive ExpressibleByArgument {}
extension OrderNotation: @retroactive ExpressibleByArgument {}
