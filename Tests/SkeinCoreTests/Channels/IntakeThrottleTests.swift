import SkeinActions
import SkeinMessages
import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("A channel whose subscriptions lag")
struct IntakeThrottleTests {
    private var throttle = IntakeThrottle(limit: 10)
    private let start = Timestamp.epoch

    @Test("takes in everything up to the limit")
    mutating func below() {
        for lag: Int64 in [0, 5, 6, 10] {
            throttle.measured(lag, at: start)
            #expect(throttle.stage == .everything)
        }
    }

    @Test("takes in nothing beyond the limit, and everything again when half of it is caught up with")
    mutating func beyond() {
        throttle.measured(11, at: start)
        #expect(throttle.stage == .nothing(since: start))
        throttle.measured(6, at: start.advanced(by: .milliseconds(100)))
        #expect(throttle.stage == .nothing(since: start))
        throttle.measured(5, at: start.advanced(by: .milliseconds(200)))
        #expect(throttle.stage == .everything)
    }

    @Test("takes in answers when that lasts")
    mutating func lasting() {
        throttle.measured(11, at: start)
        throttle.measured(11, at: start.advanced(by: .milliseconds(999)))
        #expect(throttle.stage == .nothing(since: start))
        throttle.measured(11, at: start.advanced(by: .seconds(1)))
        #expect(throttle.stage == .answers)
        throttle.measured(6, at: start.advanced(by: .seconds(2)))
        #expect(throttle.stage == .answers)
        throttle.measured(5, at: start.advanced(by: .seconds(3)))
        #expect(throttle.stage == .everything)
    }

    @Test("with a limit of one message waits until nothing lags")
    mutating func smallest() {
        throttle = IntakeThrottle(limit: 1)
        throttle.measured(2, at: start)
        throttle.measured(1, at: start)
        #expect(throttle.stage == .nothing(since: start))
        throttle.measured(0, at: start)
        #expect(throttle.stage == .everything)
    }
}

private struct AskOracle: Query {
    static let name: MessageName = "oracle.saying"
    typealias Answer = Saying
    var about: String
}

private struct Saying: Document {
    static let name: MessageName = "oracle.said"
    var text: String
}

@Suite("A process that is slower than what comes in")
struct HeldChannelTests {
    /// Each message takes an answer from elsewhere, and only two messages are in memory.
    private let listener = Component("listener") {
        Handle(Told.self) { told, context in
            let saying = try await context.ask(AskOracle(about: told.about))
            try context.publish(Heard(about: "all", text: "\(told.text) \(saying.text)"))
        }.limit(concurrency: 1, buffered: 2)
    }
    private let oracle = Component("oracle") { Answer(AskOracle.self) { _, _ in Saying(text: "yes") } }
    private let system = ChannelSystem.name(of: "shop")

    private static func held(_ channel: Channel, lag: Int) -> Channel {
        var channel = channel.batches(of: 2)
        channel.longestLag = lag
        return channel
    }

    private func processes(_ options: Simulation.Options = .init(), lag: Int) throws -> SimulatedProcesses {
        try SimulatedProcesses(
            broker: MemoryBroker(), options: options, of: [[Apart.teller], [listener], [oracle]],
            channel: { channel, name in name == "listener" ? Self.held(channel, lag: lag) : channel })
    }

    @Test("leaves the rest with the broker, and still gets the answers that it waits for")
    func held() throws {
        let shop = try processes(lag: 8)
        try shop.process(of: "oracle").operate(.suspendSystem(system))
        for number in 1...50 { try shop.tell("k\(number)", "\(number)") }
        shop.run(for: .seconds(5))
        let report = try #require(try shop.process(of: "listener").runtime.channelReports.first)
        #expect(report.takingIn.state == .held)
        #expect(report.heldBy == "listener/handlers")
        #expect(report.received.recorded < 20)
        try shop.process(of: "oracle").operate(.resumeSystem(system))
        shop.run(for: .minutes(10))
        #expect(try Set(shop.heard(about: "all")) == Set((1...50).map { "\($0) yes" }))
        #expect(try shop.heard(about: "all").count == 50)
        let after = try #require(try shop.process(of: "listener").runtime.channelReports.first)
        #expect(after.takingIn.state == .connected)
        #expect(after.heldBy == nil)
        #expect(try shop.incidents().isEmpty)
    }

    @Test("goes on after crashes and outages, in order and once", arguments: [1, 2, 3] as [UInt64])
    func storm(seed: UInt64) throws {
        var options = Simulation.Options()
        options.seed = seed
        let shop = try processes(options, lag: 8)
        (shop.kills, shop.outages) = (0.01, 0.01)
        for number in 1...50 { try shop.tell("k\(number % 7)", "\(number)") }
        shop.run(for: .minutes(30))
        (shop.kills, shop.outages) = (0, 0)
        shop.run(for: .hours(1))
        let heard = try shop.heard(about: "all")
        #expect(heard.count == 50, "seed \(seed)")
        for key in 0..<7 {
            let numbers = (1...50).filter { $0 % 7 == key }.map { "\($0) yes" }
            #expect(heard.filter(Set(numbers).contains) == numbers, "seed \(seed)")
        }
    }

    @Test("is not held by a subscription that nothing new concerns")
    func idle() throws {
        let shop = try SimulatedProcesses(
            broker: MemoryBroker(), of: [[Apart.teller], [Apart.listener, oracle]],
            channel: { channel, name in name == "listener" ? Self.held(channel, lag: 8) : channel })
        for number in 1...50 { try shop.tell("a", "\(number)") }
        shop.run(for: .minutes(1))
        #expect(try shop.heard(about: "a") == (1...50).map(String.init))
        let report = try #require(try shop.process(of: "listener").runtime.channelReports.first)
        #expect(report.takingIn.reconnects == 0)
        #expect(report.takingIn.state == .connected)
    }

    @Test("must be allowed to lag by one message at least")
    func refused() {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try processes(lag: 0)
        }
        #expect(error?.description.contains("channel 'shop': subscriptions may lag by 0; it must be 1 or more") == true)
    }
}
