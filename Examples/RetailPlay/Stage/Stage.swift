public import SkeinStorage
import Foundation
public import Skein
public import SkeinTesting

/// Runs components under a virtual clock on stores in memory, in one process or in several, and tells what they
/// publish.
///
/// What happens before ``raiseCurtain()`` makes the initial situation, and is not told. Clients from outside, such as
/// a web page, are connected to the process of the first component.
public final class Stage {
    private let processes: SimulatedProcesses
    /// The first component.
    private let front: String
    private let options: PlayOptions
    private var curtain = 0
    /// When the curtain rose, or the components began.
    public private(set) var begun: Timestamp

    public init(_ components: [Component], _ options: PlayOptions) throws {
        var setting = Simulation.Options()
        setting.commitsPerCrash = options.commitsPerCrash
        setting.duplicates = options.isDuplicating
        setting.order = .canonical
        if let storm = options.storm { setting.seed = storm }
        let groups = options.division.groups(of: components, named: \.name)
        processes = try SimulatedProcesses(
            broker: MemoryBroker(), options: setting, of: groups, stores: { _ in try SQLiteStore.inMemory() })
        (self.options, front) = (options, components.first?.name ?? "")
        begun = processes.now
    }

    /// Begins to tell, and lets the storm begin if there is to be one.
    public func raiseCurtain() throws {
        curtain = try processes.log().count
        begun = processes.now
        guard let storm = options.storm else { return }
        processes.broker.suffer(.stormy, seed: storm)
        (processes.kills, processes.outages) = (0.002, 0.001)
    }

    /// What the clock shows.
    public var now: Timestamp { processes.now }

    /// How often a process was dropped.
    public var crashes: Int { processes.crashes }

    /// The clock of the process of a component.
    public func clock(of component: String) throws -> VirtualClock { try processes.process(of: component).clock }

    /// Where a component keeps everything.
    public func store(of component: String) throws -> any Store { try processes.store(of: component) }

    /// Publishes an event in the name of a component, and lets everything happen that follows at once.
    public func publish(_ event: some Event, as component: String) throws {
        try processes.publish(event, as: component)
    }

    /// Sends a command from outside, and lets everything happen that follows at once.
    public func send(_ command: some Command) throws {
        try processes.send(command, as: front, named: "client")
    }

    /// Runs asynchronous code in the process of a component until it has ended, letting time pass where it waits for
    /// that. A crash lets it begin again.
    public func perform<Result: Sendable>(
        in component: String, _ body: @escaping @Sendable (Runtime) async throws -> Result
    ) throws -> Result {
        try processes.perform(in: component, body)
    }

    /// Begins asynchronous code in the process of a component, and lets everything happen that follows at once.
    public func begin(in component: String, _ body: @escaping @Sendable (Runtime) async throws -> Void) throws {
        try processes.begin(in: component, body)
    }

    /// Replaces a component by another version of it. The processes of the others run on.
    public func deploy(_ component: Component) throws { try processes.deploy(component) }

    /// Lets everything happen that is due until a time after the beginning.
    public func wait(until offset: Duration) { processes.run(until: begun.advanced(by: offset)) }

    /// Lets so much time pass.
    public func wait(for duration: Duration) { processes.run(for: duration) }

    /// Lets everything happen that is due, however late. A storm goes on until nothing more is; then what it has
    /// delayed comes to its end.
    public func runToEnd() {
        processes.runToEnd()
        guard options.storm != nil else { return }
        processes.calm()
        processes.runToEnd()
    }

    /// What was written in all processes, each message once, in the order of writing.
    public func log() throws -> [LogRecord] { try processes.log() }

    /// What was written since the curtain rose.
    public func played() throws -> [LogRecord] { Array(try processes.log().dropFirst(curtain)) }

    /// The incidents that nobody has resolved.
    public func incidents() throws -> [IncidentRow] { try processes.incidents() }

    /// What was published since the curtain rose, a JSON object a line.
    public func lines() throws -> [String] {
        try played().filter { options.tellsAll || $0.envelope.metadata.kind == .event }.map { record in
            let envelope = record.envelope
            let kind = options.tellsAll ? "\"kind\":\"\(envelope.metadata.kind.rawValue)\"," : ""
            let payload = String(decoding: envelope.payload.bytes, as: UTF8.self)
            return "{\"at\":\"\(at(envelope.time))\",\(kind)\"type\":\"\(envelope.name)\",\"payload\":\(payload)}"
        }
    }

    /// The last line, at the time of the last message.
    public func end(_ payload: some Encodable) throws -> String {
        let time = try played().last?.envelope.time ?? begun
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(payload), as: UTF8.self)
        return "{\"at\":\"\(at(time))\",\"type\":\"end\",\"payload\":\(text)}"
    }

    private func at(_ time: Timestamp) -> String { time.since(begun).iso8601 }
}
