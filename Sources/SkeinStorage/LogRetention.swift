package import SkeinMessages

/// How much of the log a runtime keeps; see ``RuntimeConfiguration/logRetention``.
///
/// Only messages that nobody needs any more are removed, oldest first: those up to the lowest place of all
/// subscriptions, also of ones that do not run now, and below every message that is parked, a dead letter, buffered, in
/// a mailbox, or the subject of an open incident. The newest message always stays.
public struct LogRetention: Sendable, Hashable {
    /// Messages older than this are removed; `nil` for none because of its age.
    public var age: Duration?
    /// When there are more messages than this, the oldest are removed, whatever their age; `nil` for any number.
    public var messages: Int?
    /// Messages younger than this stay in any case, so that projections can be built from them.
    public var replayHorizon: Duration

    /// Sets the limits; one that is left out does not apply.
    public init(age: Duration? = nil, messages: Int? = nil, replayHorizon: Duration = .zero) {
        (self.age, self.messages, self.replayHorizon) = (age, messages, replayHorizon)
    }

    /// What is wrong with the limits, one sentence each.
    package var problems: [String] {
        var problems: [String] = []
        if let age, age <= .zero { problems.append("its age is \(age.iso8601); it must be longer than nothing") }
        if let messages, messages < 1 { problems.append("its messages are \(messages); they must be 1 or more") }
        if replayHorizon < .zero {
            problems.append("its replayHorizon is \(replayHorizon.iso8601); it must be PT0S or longer")
        }
        return problems
    }
}

extension LogRetention {
    /// How many messages, or ids in the inbox, one commit removes at most.
    package static let chunk = 1000

    /// The next trim of a store; `nil` when nothing is to go.
    ///
    /// - Parameter limit: messages above this position stay, beside those that the store itself keeps.
    package func trim(_ reader: any StoreReader, now: Timestamp, upTo limit: Int64 = .max) throws -> LogTrim? {
        let end = try reader.highWater().position
        let trimmed = try reader.trimmedPosition()
        guard let first = try reader.records(after: trimmed, limit: 1).first, first.position < end else { return nil }
        let held = try reader.logHolds().first.map { $0.position - 1 } ?? .max
        let through = min(limit, held)
        guard first.position <= through else { return nil }
        /// Whether the first message is older than something. One whose time lies in the future is misdated and counts
        /// as old: otherwise nothing would be removed until that time has come.
        func isOlder(than age: Duration) -> Bool {
            let time = first.envelope.time
            return time < now.advanced(by: .zero - age) || time > now
        }
        if let age = age.map({ max($0, replayHorizon) }), isOlder(than: age) {
            return LogTrim(through: through, before: now.advanced(by: .zero - age), limit: Self.chunk, at: now)
        }
        guard let messages, first.position <= end - Int64(messages) else { return nil }
        guard replayHorizon > .zero else {
            return LogTrim(through: min(through, end - Int64(messages)), limit: Self.chunk, at: now)
        }
        guard isOlder(than: replayHorizon) else { return nil }
        return LogTrim(
            through: min(through, end - Int64(messages)), before: now.advanced(by: .zero - replayHorizon),
            limit: Self.chunk, at: now)
    }
}
