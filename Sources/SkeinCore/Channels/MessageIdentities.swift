import SkeinStorage
internal import DequeModule
internal import Synchronization

/// Tells messages apart that have equal ids and different sources, as CloudEvents may; the log has one message an id.
///
/// The first keeps its id. Each further one gets an id that follows from its id and source, so it is the same whenever
/// the message comes again.
///
/// A runtime has one, because two ways may bring equal ids at once, before the log has either.
final class MessageIdentities: Sendable {
    /// How many messages may be on their way into the log.
    fileprivate static let memory = 100_000

    fileprivate struct State {
        let reader: any StoreReader
        /// The sources of the newest ids, of which the log may not have all yet.
        var recent: [MessageID: String] = [:]
        var order: Deque<MessageID> = []
    }

    private let state: Mutex<State>

    /// - Parameter reader: used by nobody else.
    init(_ reader: any StoreReader) { state = Mutex(State(reader: reader)) }

    /// A message of another process as it is recorded.
    func distinct(_ outgoing: Outgoing) throws -> Outgoing { try state.withLock { try $0.distinct(outgoing) } }

    /// A message that is written here gets an id that its caller has chosen.
    func write(_ id: MessageID, from source: String) {
        guard !id.isUUID else { return }
        state.withLock { $0.remember(id, source) }
    }
}

extension MessageIdentities.State {
    fileprivate mutating func distinct(_ outgoing: Outgoing) throws -> Outgoing {
        let (id, source) = (outgoing.envelope.id, outgoing.envelope.source)
        // The ids that a runtime gives need no look into the log.
        guard Self.isForeign(outgoing.envelope) || !id.isUUID else { return outgoing }
        guard let known = try recent[id] ?? reader.record(id: id)?.envelope.source ?? trimmed(id, of: source) else {
            remember(id, source)
            return outgoing
        }
        guard known != source else { return outgoing }
        var envelope = outgoing.envelope
        var digest = StableDigest()
        for text in ["source", source, id.rawValue] { digest.add(text) }
        envelope.metadata.id = MessageID(in: id, digest.value)
        if envelope.correlationID == id { envelope.context.correlationID = envelope.id }
        return Outgoing(envelope, value: outgoing.value, origin: outgoing.origin)
    }

    /// The source, or another one, where the log had a message with the id lately; `nil` where it had none.
    private func trimmed(_ id: MessageID, of source: String) throws -> String? {
        guard try reader.inboxContains(subscription: LogTrim.subscription, message: id) else { return nil }
        let key = LogTrim.source(source, of: id)
        return try reader.inboxContains(subscription: LogTrim.sources, message: key) ? source : ""
    }

    /// The first source of an id counts, as in the log.
    fileprivate mutating func remember(_ id: MessageID, _ source: String) {
        guard recent.updateValue(recent[id] ?? source, forKey: id) == nil else { return }
        order.append(id)
        if order.count > MessageIdentities.memory { recent[order.removeFirst()] = nil }
    }

    private static func isForeign(_ envelope: Envelope) -> Bool { envelope.context.extensions["specversion"] != nil }
}

extension MessageID {
    /// Whether the id has the form of a UUID, which two programs do not make by chance.
    fileprivate var isUUID: Bool {
        let text = rawValue.utf8
        guard text.count == 36 else { return false }
        return text.enumerated().allSatisfy { index, byte in
            switch index {
            case 8, 13, 18, 23: byte == UInt8(ascii: "-")
            default: (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
            }
        }
    }
}
