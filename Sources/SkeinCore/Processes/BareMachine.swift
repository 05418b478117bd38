import SkeinStorage
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// One instance of a code process without kernel, log and store, to measure what its state machine costs by itself.
///
/// To be used from one thread.
@_spi(Measurement)
public final class BareMachine<Definition: ProcessDefinition> {
    private let definition: CodeDefinition<Definition>
    private let setting: MachineSetting
    private let row: InstanceRow
    private let start: Delivered
    private var machine: any Machine
    private var journal: [JournalRow] = []

    /// Makes an instance that has not begun.
    ///
    /// - Throws: ``ConfigurationError`` when the process is wrong; ``MessageError`` when the message cannot be encoded.
    public init(_ process: Definition, start message: Definition.Start) throws {
        definition = CodeDefinition(definition: process)
        let factory = MessageFactory(coder: .json, maximumPayloadSize: Payload.defaultMaximumSize)
        let catalogue = try Catalogue([Component("bare") { Processes(process) }])
        setting = MachineSetting(
            component: "bare", factory: factory, catalogue: catalogue, counters: Counters(), escaped: { _ in })
        let now = Timestamp(microseconds: 1)
        let id = MessageID(time: now, random: (1, 2))
        let outgoing = try factory.make(
            message, from: MessageOrigin(component: "bare"), id: id, time: now, randomness: (1, 2, 3))
        start = Delivered(position: 1, envelope: outgoing.envelope, value: message)
        row = InstanceRow(
            id: InstanceID(rawValue: 1), component: "bare", process: Definition.name, key: Definition.key(of: message),
            version: Definition.version, notation: .code, shard: 0, seed: Seed(high: 1, low: 2), correlationID: id,
            startedAt: now)
        machine = definition.makeMachine(for: row, in: setting)
    }

    /// Makes the machine, and has it react to the message that starts the instance.
    public func begin() {
        machine = definition.makeMachine(for: row, in: setting)
        react(.start(start))
    }

    /// Reacts to the result of an activity.
    ///
    /// - Parameters:
    ///   - operation: its number among the operations of the instance, from 1.
    ///   - result: as it is stored.
    public func complete(_ operation: Int64, with result: some Encodable & Sendable, as stored: Data) {
        react(.activity(op: operation, .success(stored, value: result)))
    }

    /// Brings a fresh machine to where this one is, from the rows of its journal.
    ///
    /// - Throws: ``StoreError`` with code `corrupt`, or the mismatch between journal and code.
    public func replay() throws {
        machine = definition.makeMachine(for: row, in: setting)
        try machine.restore(row, journal: try journal.map { try JournalEntry($0) }, open: OpenRows()) { try $0() }
    }

    private func react(_ input: Input) {
        let now = Timestamp(microseconds: Int64(journal.count) + 1)
        let reaction = machine.react(input, turn: Turn(now: now, position: 1))
        guard let entry = reaction.entry else { return }
        journal.append(
            JournalRow(instance: row.id, seq: Int64(journal.count) + 1, kind: entry.kind, body: entry.body, at: now))
    }
}
