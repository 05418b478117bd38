import Logging
import SkeinActions
import SkeinCore
import SkeinStorage
public import SkeinTesting
import SkeinTransport
import Synchronization

/// One run of the workload's components in processes of their own, from one seed: it divides the components, chooses
/// how the broker and the channels are, and decides who is killed, stopped and suspended, and what the broker does.
///
/// Everything that was written must have come to those who read it, once and in order, when all of it is over.
public struct ApartTrial {
    /// Decides everything.
    public let seed: UInt64
    var random: SeededRandom
    let workload = Workload(mistake: nil)
    let broker: MemoryBroker
    let shop: SimulatedProcesses
    /// The components of each process.
    let groups: [[String]]
    /// Whether relays send in transactions.
    let isTransactional: Bool
    /// What the seed has chosen, for reports.
    private let setting: String

    /// Describes the run of a seed, and starts its processes.
    public init(seed: UInt64) throws {
        self.seed = seed
        var random = SeededRandom(seed: seed ^ 0xAB_A127)
        func draw(_ below: Int) -> Int { Int(random.next() % UInt64(below)) }
        let broker = MemoryBroker(partitions: 1 + draw(4))
        let components = workload.parts(life: 1, rebuilds: false) + [workload.work(), Self.sounder]
        let groups = Self.divide(components, into: 2 + draw(components.count - 1), &random)
        var options = Simulation.Options()
        options.seed = random.next()
        options.crashesAtEveryCommit = draw(10) == 0
        options.duplicates = draw(4) == 0
        options.order = draw(6) == 0 ? .canonical : .seeded
        var features = MemoryBroker.features
        for ability in [TransportAbility.positions, .negativeAcknowledgement] where draw(3) == 0 {
            features.abilities.remove(ability)
        }
        let (batch, isTransactional) = ([1, 2, 3, 10, 1000][draw(5)], draw(4) == 0)
        shop = try withLogger(Self.logger) { _ in
            try SimulatedProcesses(
                broker: broker, options: options, of: groups,
                channel: { _, name in
                    let transport = broker.transport(features: features)
                    let channel = Channel(SimulatedProcesses.channel, over: transport, as: name).batches(of: batch)
                    return isTransactional ? channel.exactlyOnce() : channel
                })
        }
        (self.random, self.broker) = (random, broker)
        self.isTransactional = isTransactional
        self.groups = groups.map { $0.map(\.name) }
        let traits = [
            options.crashesAtEveryCommit ? "a crash at every commit" : nil, options.duplicates ? "duplicates" : nil,
            isTransactional ? "transactions" : nil, features.has(.positions) ? nil : "no positions",
        ]
        setting = "\(self.groups), batches of \(batch)\(traits.compactMap { $0 }.map { ", \($0)" }.joined())"
    }

    /// Runs it to its end.
    ///
    /// - Returns: the first promise that was broken; `nil` when all were kept.
    public mutating func run() throws -> TrialViolation? {
        try withLogger(Self.logger) { _ in try play() }
    }

    /// Logs nothing: messages that are refused would be told of again and again.
    private static let logger = Logger(label: "skein.trial") { _ in SwiftLogNoOpLogHandler() }

    private mutating func play() throws -> TrialViolation? {
        settleOutside()
        begin()
        for input in inputs() {
            try perform(input)
            try disturb()
        }
        shop.run(for: .hours(draw(48)))
        for group in groups { try resume(group[0]) }
        broker.refuse(nil)
        shop.calm()
        shop.run(for: .days(60))
        // Whoever has waited for a bell so far hears this one.
        try shop.publish(Bell(number: 1000), as: "clock")
        shop.run(for: .days(1))
        return try brokenPromise()
    }

    func report(_ invariant: Int, _ text: String) -> TrialViolation {
        TrialViolation(invariant, "\(text) (\(setting))")
    }

    mutating func draw(_ below: Int) -> Int { Int(random.next() % UInt64(below)) }

    /// Publishes what may be lost.
    private static var sounder: Component {
        Component("sounder") { Publishes(Sound.self, mode: .fireAndForget) }
    }

    private static func divide(
        _ components: [Component], into count: Int, _ random: inout SeededRandom
    ) -> [[Component]] {
        var groups: [[Component]] = Array(repeating: [], count: count)
        for component in components.shuffled(using: &random) {
            let empty = groups.firstIndex { $0.isEmpty }
            groups[empty ?? Int(random.next() % UInt64(count))].append(component)
        }
        return groups
    }

    /// Outside systems fail now and then, but only calls that they have not seen before, so that nothing ends in an
    /// incident.
    private func settleOutside() {
        for system in [workload.office, workload.bank] {
            system.always { call in call.number.isMultiple(of: 5) && !call.isRepeat ? .fail() : .answer(after: .zero) }
        }
    }

    private mutating func begin() {
        if draw(4) == 0 {
            let refusals = Refusals(share: UInt64(2 + draw(20)), times: 1 + draw(6))
            broker.refuse { refusals.reason(for: $0) }
        }
        guard draw(8) > 0 else { return }
        broker.suffer(.stormy, seed: random.next())
        shop.kills = [0, 0.0005, 0.002][draw(3)]
        shop.outages = [0, 0.0005, 0.002][draw(3)]
    }
}

/// Messages that a broker refuses some times before it takes them.
private final class Refusals: Sendable {
    private let share: UInt64
    private let times: Int
    private let counts = Mutex<[MessageID: Int]>([:])

    /// - Parameters:
    ///   - share: one message in so many is refused; their ids decide which.
    ///   - times: how often each of them is refused.
    init(share: UInt64, times: Int) { (self.share, self.times) = (share, times) }

    /// Why a message is refused now. Declarations never are, because nobody would send them again later.
    func reason(for message: OutboundMessage) -> TransportError? {
        let id = message.envelope.id
        guard message.destination != .catalogue, StableHash.value(of: id.rawValue).isMultiple(of: share) else {
            return nil
        }
        return counts.withLock { counts in
            counts[id, default: 0] += 1
            return counts[id, default: 0] > times ? nil : TransportError(.broker, "not yet")
        }
    }
}

/// What happens from outside.
extension ApartTrial {
    private enum Input {
        case event(any Event)
        case question
        case sound(Int)
    }

    private mutating func inputs() -> [Input] {
        let keys = ["red", "green", "blue"]
        var inputs: [Input] = []
        for number in 1...10 + draw(30) {
            let key = keys[draw(keys.count)]
            switch draw(12) {
            case 0, 1, 2: inputs.append(.event(Tick(key: key, number: number)))
            case 3, 4: inputs.append(.event(Item(key: key, number: number)))
            case 5: inputs.append(.event(CollectRequested(key: key, count: 1 + draw(4))))
            case 6: inputs.append(.event(ErrandRequested(id: "e\(number)", account: key, isDeclined: draw(3) == 0)))
            case 7: inputs.append(.event(CardUpdated(account: key)))
            case 8: inputs.append(.event(ListenRequested(id: "l\(number)")))
            case 9: inputs.append(.event(RoundsRequested(id: "r\(number)", round: 1)))
            case 10: inputs += [.event(RaceRequested(id: "s\(number)")), .event(Signal(id: "s\(number)"))]
            default: inputs += [.question, .sound(number)]
            }
        }
        return inputs
    }

    private func perform(_ input: Input) throws {
        switch input {
        case .event(let event): try shop.publish(event, as: "clock")
        case .question:
            // In a storm there may be no answer in time.
            _ = try? shop.ask(HowMany(), as: "clock")
        case .sound(let number): try shop.publish(Sound(number: number), as: "sounder")
        }
    }

    /// Lets time pass, or disturbs a process.
    private mutating func disturb() throws {
        let component = groups[draw(groups.count)][0]
        switch draw(40) {
        case 0..<8: shop.run(for: .seconds(draw(90)))
        case 8: shop.run(for: .hours(draw(30)))
        case 9, 10: try shop.crash(component)
        case 11: try shop.restart(component)
        case 12: broker.disconnectAll(of: component)
        case 13: broker.rebalance()
        case 14: try suspend(component)
        case 15, 16: try resume(component)
        default: break
        }
    }

    private func suspend(_ component: String) throws {
        try shop.perform(in: component) { runtime in
            guard !runtime.suspendedSystems.contains(Self.system) else { return }
            _ = try await runtime.perform(.suspendSystem(Self.system))
        }
    }

    private func resume(_ component: String) throws {
        try shop.perform(in: component) { runtime in
            guard runtime.suspendedSystems.contains(Self.system) else { return }
            _ = try await runtime.perform(.resumeSystem(Self.system))
        }
    }

    /// What operators call the channel.
    private static let system = "channel/\(SimulatedProcesses.channel)"
}

/// May be lost on the way.
struct Sound: Event {
    static let name: MessageName = "sounder.sound"
    var number: Int
    var subject: String? { "sound" }
}
