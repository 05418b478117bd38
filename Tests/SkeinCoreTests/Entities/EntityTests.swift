import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

struct Deposit: Command {
    static let name: MessageName = "bank.deposit"
    var account: String
    var cents: Int
    var subject: String? { account }
}

struct Deposited: Event {
    static let name: MessageName = "bank.deposited"
    var account: String
    var balance: Int
    var subject: String? { account }
}

struct BankAccount: Entity {
    static let name = "account"
    static let snapshotInterval = 3
    var balance = 0

    static var behavior: EntityBehavior<BankAccount> {
        Decide(Deposit.self, by: \.account) { account, deposit in
            guard deposit.cents > 0 else { return [] }
            if deposit.cents > 1000 { throw Unreachable() }
            return [Deposited(account: deposit.account, balance: account.balance + deposit.cents)]
        }
        Evolve(Deposited.self) { account, event in account.balance = event.balance }
    }
}

@Suite("Entities")
struct EntityTests {
    let store = MemoryStore()

    func bank(crashing: Bool = false, live: Int = 10_000) throws -> Simulation {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        options.duplicates = true
        options.configuration.liveInstances = live
        return try Simulation(
            store: store, options: options, components: [Component("bank") { Entities(BankAccount.self) }])
    }

    func balances(_ simulation: Simulation) throws -> [Int] {
        try simulation.log().filter { $0.envelope.name == Deposited.name }.map {
            try PayloadCoder.json.decode(Deposited.self, from: $0.envelope.payload.bytes).balance
        }
    }

    @Test("fold their own events, through crashes, duplicates and snapshots", arguments: [false, true])
    func folding(crashing: Bool) throws {
        let simulation = try bank(crashing: crashing)
        for _ in 0..<10 { try simulation.send(Deposit(account: "a", cents: 5)) }
        try simulation.send(Deposit(account: "b", cents: 7))
        #expect(try balances(simulation) == [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 7])
        let row = try #require(
            try store.makeReader().instance(component: "bank", process: "account", key: "a"))
        #expect(row.stateSeq == 9, "a snapshot after every third event")
    }

    @Test("are loaded again after they were put out of memory")
    func passivation() throws {
        let simulation = try bank(live: 1)
        for _ in 0..<4 {
            for account in ["a", "b", "c"] { try simulation.send(Deposit(account: account, cents: 1)) }
        }
        #expect(try balances(simulation).suffix(3) == [4, 4, 4])
        #expect(simulation.runtime.counts.evictions > 0)
    }

    @Test("decide that nothing happens")
    func nothing() throws {
        let simulation = try bank()
        try simulation.send(Deposit(account: "a", cents: 0))
        #expect(try balances(simulation).isEmpty)
    }

    @Test("whose decision throws are parked with their command; other keys go on")
    func failing() throws {
        let simulation = try bank()
        try simulation.send(Deposit(account: "a", cents: 5000))
        try simulation.send(Deposit(account: "a", cents: 1))
        try simulation.send(Deposit(account: "b", cents: 1))
        #expect(try balances(simulation) == [1])
        let row = try #require(
            try store.makeReader().instance(component: "bank", process: "account", key: "a"))
        #expect(row.status == .parked)
        #expect(try store.makeReader().mailbox(of: row.id, limit: 10).count == 2)
    }
}
