import SkeinCore
import SkeinTesting

/// The example of the article about trials.
enum TrialExample {
    static func search() -> TrialSearch {
        let search = TrialSearch("payments") { trial in
            let bank = ScriptedSystem<String, String> { "receipt for \($0)" }
            trial.outside(bank)
            trial.run { [till(bank)] }
            for number in 1...10 { trial.send(Pay(id: "p\(number)")) }
            trial.check("each payment is charged once") { outcome in
                bank.acts.sorted() == outcome.records(of: Pay.self).map(\.subject).sorted()
            }
        }
        return search
    }

    /// What the article says to write.
    static func run(_ search: TrialSearch) throws {
        try search.run(seeds: 1...300)
    }
}

func till(_ bank: ScriptedSystem<String, String>) -> Component {
    Component("till") {
        Handle(Pay.self) { pay, context in
            _ = try await bank.call(pay.id, key: context.idempotencyKey)
        }.retry(RetryPolicy(attempts: 5))
    }
}

struct Pay: Command {
    static let name: MessageName = "till.pay"
    var id: String
    var subject: String? { id }
}
