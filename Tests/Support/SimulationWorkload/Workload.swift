import SkeinStorage
public import SkeinTesting
import SkeinCore
import Synchronization

/// Components that use everything the runtime offers, with inputs from a seed and promises about the end.
public struct Workload: Sendable {
    static let keys = ["red", "green", "blue"]

    /// An outside system that handlers call.
    let office = ScriptedSystem<String, String> { "did \($0)" }
    /// An outside system that activities call.
    let bank = ScriptedSystem<String, String> { "did \($0)" }

    /// A mistake in the code of ``Fragile`` that the plan switches on and off; `nil` for correct code.
    let mistake: TrialTrouble?

    /// The numbers of the pokes that were handled while there was no mistake.
    let handledPokes = NumberSet()

    /// Whether a poke can be handled: there is no mistake, or the poke was handled before and this is a replay.
    func canHandle(_ poke: Int) -> Bool {
        if mistake?.isHere != true { handledPokes.insert(poke) }
        return handledPokes.contains(poke)
    }

    /// The search that runs all components.
    public static let search = TrialSearch("everything") { trial in
        let workload = Workload(mistake: trial.trouble())
        let lives = Mutex(0)
        // A projection that is built anew needs the whole log.
        let keepsLog = trial.seed.isMultiple(of: 2)
        if !keepsLog { trial.trimLog() }
        trial.outside(workload.office)
        trial.outside(workload.bank, called: "bank")
        trial.redirects(to: "spare")
        trial.run {
            let life = lives.withLock { lives in
                lives += 1
                return lives
            }
            return workload.parts(life: life, rebuilds: keepsLog) + [workload.work()]
        }
        workload.addInputs(to: trial)
        workload.addPromises(to: trial)
    }

    private enum Incoming {
        case tick, item, collect, errand, card, listen, bell, rounds, race, poke, poking, question, poison, porter,
            signal, watchman, knock
    }

    private static let themes: [[Incoming]] = [
        [.tick], [.tick, .poison], [.item, .item, .item, .collect], [.errand, .errand, .card], [.errand],
        [.listen, .listen, .listen, .bell], [.rounds], [.race], [.race, .signal, .signal],
        [.poke, .poke, .poke, .poking], [.question],
        [.item, .item, .collect], [.poke, .poke, .poking], [.knock, .knock, .knock, .porter, .watchman],
    ]

    /// Adds inputs of a few themes that the seed chooses, in an order that it decides.
    private func addInputs(to trial: Trial) {
        var random = SeededRandom(seed: trial.seed ^ 0xA5A5)
        func draw(_ below: Int) -> Int { Int(random.next() % UInt64(below)) }
        // With few keys, much happens to the same instances.
        let keys = Self.keys.prefix(1 + draw(Self.keys.count))
        func key() -> String { keys[draw(keys.count)] }
        var counts: [String: Int] = [:]
        func next(_ name: String) -> Int {
            counts[name, default: 0] += 1
            return counts[name] ?? 0
        }
        // Inputs that belong together come together, and often.
        let themes = (0..<1 + draw(4)).map { _ in Self.themes[draw(Self.themes.count)] }
        for _ in 0..<5 + draw(40) {
            let theme = themes[draw(themes.count)]
            switch theme[draw(theme.count)] {
            case .tick: trial.publish(Tick(key: key(), number: next("tick")), as: "clock")
            case .item: trial.publish(Item(key: key(), number: next("item")), as: "clock")
            case .collect: trial.publish(CollectRequested(key: key(), count: 1 + draw(5)), as: "clock")
            case .errand:
                let errand = ErrandRequested(id: "e\(next("errand"))", account: key(), isDeclined: draw(2) == 0)
                trial.publish(errand, as: "clock")
                // A client that is not sure of its call repeats it.
                if draw(3) == 0 { trial.publish(errand, as: "clock") }
            case .card: trial.publish(CardUpdated(account: key()), as: "clock")
            case .listen: trial.publish(ListenRequested(id: "l\(next("listener"))"), as: "clock")
            case .bell: trial.publish(Bell(number: next("bell")), as: "clock")
            case .rounds: trial.publish(RoundsRequested(id: "r\(next("rounds"))", round: 1), as: "clock")
            case .signal: trial.publish(Signal(id: "s\(1 + draw(1 + (counts["race"] ?? 0)))"), as: "clock")
            case .race:
                let id = "s\(next("race"))"
                trial.publish(RaceRequested(id: id), as: "clock")
                trial.publish(Signal(id: id), as: "clock")
            case .poke: trial.publish(Poke(key: key(), number: next("poke")), as: "clock")
            case .poking: trial.publish(PokingRequested(key: key()), as: "clock")
            case .question: trial.ask(HowMany())
            case .porter: trial.publish(PorterRequested(key: key()), as: "clock")
            case .watchman: trial.publish(GuardRequested(key: key()), as: "clock")
            case .knock: trial.publish(Knock(key: key(), number: next("knock")), as: "clock")
            case .poison: addPoison(to: trial, key: key(), number: next("tick"))
            }
        }
    }

    /// Adds a message that cannot be decoded, or whose version no handler takes.
    private func addPoison(to trial: Trial, key: String, number: Int) {
        let store = trial.store as? MemoryStore
        trial.perform("a message that cannot be read") { runtime in
            var outgoing = try runtime.client(as: "clock").prepare(Tick(key: key, number: number))
            if number.isMultiple(of: 2) {
                outgoing.envelope.metadata.version = SchemaVersion(2, 0, 0)
            } else {
                outgoing.envelope.payload.bytes = .init("{".utf8)
            }
            outgoing.value = nil
            _ = try store?.transaction { $0.append(outgoing) }
        }
    }
}

/// A set of numbers that several threads may use.
final class NumberSet: Sendable {
    private let numbers = Mutex<Set<Int>>([])

    func insert(_ number: Int) { numbers.withLock { _ = $0.insert(number) } }
    func contains(_ number: Int) -> Bool { numbers.withLock { $0.contains(number) } }
}
