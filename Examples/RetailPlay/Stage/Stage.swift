public import SkeinStorage
import Foundation
public import Skein
public import SkeinTesting

/// Runs components under a virtual clock on a store in memory, and tells what they publish.
///
/// What happens before ``raiseCurtain()`` makes the initial situation, and is not told.
public final class Stage {
    /// The runtime with its clock.
    public let simulation: Simulation
    /// Where the components keep everything.
    public let store: any Store

    private let options: PlayOptions
    private var curtain: Int64 = 0
    private var begun: Timestamp

    public init(_ components: [Component], _ options: PlayOptions) throws {
        var setting = Simulation.Options()
        setting.crashesAtEveryCommit = options.isCrashing
        setting.duplicates = options.isDuplicating
        setting.order = .canonical
        let store = try SQLiteStore.inMemory()
        (self.options, self.store) = (options, store)
        simulation = try Simulation(store: store, options: setting, components: components)
        begun = simulation.clock.now
    }

    /// Begins to tell.
    public func raiseCurtain() throws {
        curtain = try simulation.log().last?.position ?? 0
        begun = simulation.clock.now
    }

    /// Lets everything happen that is due until a time after the beginning.
    public func wait(until offset: Duration) {
        simulation.run(until: begun.advanced(by: offset))
    }

    /// What was published since the curtain rose, a JSON object a line.
    public func lines() throws -> [String] {
        try records().filter { options.tellsAll || $0.envelope.metadata.kind == .event }.map { record in
            let envelope = record.envelope
            let kind = options.tellsAll ? "\"kind\":\"\(envelope.metadata.kind.rawValue)\"," : ""
            let payload = String(decoding: envelope.payload.bytes, as: UTF8.self)
            return "{\"at\":\"\(at(envelope.time))\",\(kind)\"type\":\"\(envelope.name)\",\"payload\":\(payload)}"
        }
    }

    /// The last line, at the time of the last message.
    public func end(_ payload: some Encodable) throws -> String {
        let time = try records().last?.envelope.time ?? begun
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(payload), as: UTF8.self)
        return "{\"at\":\"\(at(time))\",\"type\":\"end\",\"payload\":\(text)}"
    }

    private func records() throws -> [LogRecord] {
        try simulation.log().filter { $0.position > curtain }
    }

    private func at(_ time: Timestamp) -> String { time.since(begun).iso8601 }
}
