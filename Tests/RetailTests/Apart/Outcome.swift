import RetailPlay
import SkeinCore
import Testing

/// What has come of a play, as far as it must not depend on how the components are divided into processes.
///
/// Events of different components that happen at the same time may come in any order, except that what causes an event
/// comes before it.
struct Outcome: Equatable {
    /// The events of each component and subject, in the order of writing: time, type and payload.
    var events: [String: [String]] = [:]
    /// How things stand, apart from the time.
    var end: String

    /// How exactly times count.
    enum Clock: Equatable {
        case exact
        /// To the nearest whole hour.
        case hours
        case none
    }

    init(_ stage: Stage, end: some Encodable, _ clock: Clock = .exact) throws {
        let text = try stage.end(end)
        self.end = String(text.drop { $0 != "," })
        for envelope in try stage.played().map(\.envelope) where envelope.kind == .event {
            let payload = String(decoding: envelope.payload.bytes, as: UTF8.self)
            let time = Self.text(of: envelope.time.since(stage.begun), clock)
            events["\(envelope.source)/\(envelope.subject)", default: []].append("\(time)\(envelope.name) \(payload)")
        }
    }

    private static func text(of time: Duration, _ clock: Clock) -> String {
        switch clock {
        case .exact: "\(time.iso8601) "
        case .hours: "\((time.components.seconds + 1800) / 3600) h "
        case .none: ""
        }
    }
}

/// Checks what holds of every play in several processes: no incident is left, and nothing was written twice or before
/// what caused it.
func checkSoundness(_ stage: Stage, _ comment: Comment) throws {
    #expect(try stage.incidents().isEmpty, comment)
    var seen: Set<MessageID> = []
    let log = try stage.log().map(\.envelope)
    let all = Set(log.map(\.id))
    for envelope in log {
        #expect(seen.insert(envelope.id).inserted, "\(comment): \(envelope.name) is written twice")
        guard let cause = envelope.context.causationID, all.contains(cause) else { continue }
        #expect(seen.contains(cause), "\(comment): \(envelope.name) is written before what caused it")
    }
}
