public import ArgumentParser
public import Retail
public import RetailPlay

/// `retail play order`
struct OrderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order", abstract: "Play one order, with the components around it scripted.",
        discussion: "EXAMPLE: retail play order --fetch late --notation choreography")

    @Flag(help: "The customer is a VIP: no payment, an invoice later.")
    var vip = false

    @Option(help: "Whether the customer has an account already.")
    var customer = OrderScenario.Acquaintance.unknown

    @Option(help: "What the order hears of its payment: at once that it is received or canceled, nothing, or too late.")
    var payment = OrderScenario.PaymentScript.received

    @Option(help: "Whether the goods are fetched in time, which is 12 hours.")
    var fetch = OrderScenario.Punctuality.ok

    @Option(help: "Whether the goods are shipped in time, which is 24 hours.")
    var ship = OrderScenario.Punctuality.ok

    @Option(help: "How the way of the order is written down.")
    var notation = OrderNotation.code

    @OptionGroup var flags: PlayFlags

    func run() throws {
        var scenario = OrderScenario()
        (scenario.isVIP, scenario.customer, scenario.payment) = (vip, customer, payment)
        (scenario.fetch, scenario.ship, scenario.notation) = (fetch, ship, notation)
        try scenario.play(flags.options).printAll()
    }
}

extension OrderScenario.Acquaintance: ExpressibleByArgument {}
extension OrderScenario.PaymentScript: ExpressibleByArgument {}
extension OrderScenario.Punctuality: ExpressibleByArgument {}
extension OrderNotation: ExpressibleByArgument {}
