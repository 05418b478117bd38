import RetailServices
import Skein

/// The people behind the accounts: reminded of an expired card, most of them replace it after some days, some never.
enum Customers {
    /// The component that stands for them, though they are outside.
    static func component(world: ShopWorld, day: Duration) -> Component {
        Component("customers") { Processes(CardReplacement(world: world, day: day)) }
    }
}

/// How one customer reacts to the first reminder; later ones change nothing.
struct CardReplacement: ProcessDefinition {
    static let name = "cardReplacement"
    static func key(of reminded: CardUpdateReminded) -> String { reminded.accountID }

    let world: ShopWorld
    /// How long a day of business takes.
    let day: Duration

    func run(_ reminded: CardUpdateReminded, _ flow: Flow) async throws {
        var dice = Dice("patience/\(reminded.accountID)")
        guard dice.roll(10) < 7 else { return }
        try await flow.sleep(for: day * dice.roll(9))
        try await flow.perform("replace the card", ActivityOptions(retry: RetryPolicy(attempts: nil))) { activity in
            try await world.replaceCard(account: reminded.accountID, key: activity.idempotencyKey)
        }
        flow.send(UpdateCardDetails(accountID: reminded.accountID))
    }
}
