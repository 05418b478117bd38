import SkeinStorage
import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Applies the same random batches to two stores and holds what they answer against each other.
///
/// What no single check thinks of (a row replaced by one of another component, a unit that fails after a duplicate)
/// shows as a difference between two implementations.
public struct StoreComparison {
    private var random: SeededRandom
    private var lastSeq: [InstanceID: Int64] = [:]
    /// Nothing refers to messages up to here; above 0, much of the log can be trimmed.
    private var lowest: Int64 = 0

    private init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        lowest = chance(50) ? 150 : 0
    }

    /// Runs a number of batches and compares all reads after every tenth.
    ///
    /// - Throws: ``ConformanceFailure`` with the seed, at the first difference.
    public static func run(
        seed: UInt64, batches: Int, _ left: StoreConformance, _ right: StoreConformance
    ) throws {
        var comparison = StoreComparison(seed: seed)
        let (leftStore, rightStore) = (try left.make(), try right.make())
        let (leftReader, rightReader) = (try leftStore.makeReader(), try rightStore.makeReader())
        for number in 1...batches {
            do {
                let units = (0..<comparison.number(1...6)).map { _ in comparison.unit() }
                let position = comparison.position()
                let found = try outcomes(of: units, position, leftStore, left)
                try expectEqual(found, try outcomes(of: units, position, rightStore, right), "outcomes")
                if number % 10 == 0 || number == batches { try compare(leftReader, rightReader) }
            } catch let failure as ConformanceFailure {
                throw ConformanceFailure(description: "seed \(seed), batch \(number): \(failure)")
            }
        }
        try leftStore.close()
        try rightStore.close()
    }

    /// A unit before it is known to which store it goes.
    private struct Unit {
        var appends: [Outgoing]
        var writes: [StoreWrite]
        var enlisted: [Outgoing]?
        var fails = false
    }

    /// The positions of each unit's records, `nil` for a failed unit, and nothing for a commit that threw.
    private static func outcomes(
        of units: [Unit], _ position: PositionRow, _ store: any Store, _ adapter: StoreConformance
    ) throws -> [[Int64]?] {
        let commitUnits = try units.map { unit in
            var result = CommitUnit(appends: unit.appends, writes: unit.writes)
            if let messages = unit.enlisted {
                result.enlistments = [
                    try adapter.enlistment(store, messages, unit.fails ? PlannedFailure() : nil)
                ]
            }
            return result
        }
        let batch = CommitBatch(units: commitUnits) { failed in
            var position = position
            let above = failed.sorted().map { position.position + 1 + Int64($0) }
            position.completed = above.map { $0...$0 }
            return [position]
        }
        do {
            return try store.commit(batch).map { outcome in
                outcome.error == nil ? try outcome.records.map(\.position) : nil
            }
        } catch is StoreError {
            return []
        }
    }
}

// Choosing.
extension StoreComparison {
    private mutating func number(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
    private mutating func chance(_ percent: Int64) -> Bool { number(1...100) <= percent }
    private mutating func time() -> Timestamp { Timestamp(microseconds: number(-5...5)) }
    private mutating func word() -> String { Self.words.randomElement(using: &random) ?? "" }
    private mutating func data() -> Data { Data((0..<number(0...4)).map { UInt8($0) }) }

    private static let words = ["", "a", "b", "é", "e\u{301}", "Z", "a\u{0}"]
    private static let components = ["payment", "pay"]
    private static let types: [MessageName] = ["card.charged", "card.failed", "order.placed"]

    private mutating func type() -> MessageName { Self.types[Int(number(0...2))] }
    /// Instances of even ids belong to one component, odd ones to the other.
    private static func component(of instance: InstanceID) -> String { components[Int(instance.rawValue & 1)] }

    private mutating func instanceID() -> InstanceID { InstanceID(rawValue: number(1...12)) }
    private mutating func incidentID() -> IncidentID { IncidentID(rawValue: number(1...9)) }

    private mutating func position() -> PositionRow {
        PositionRow(subscription: word(), position: lowest + number(0...99))
    }

    private mutating func messages() -> [Outgoing] {
        (0..<number(0...3)).map { _ in
            Outgoing(Samples.envelope("m\(number(0...300))", subject: word()), origin: chance(30) ? origin() : nil)
        }
    }

    private mutating func origin() -> ChannelOrigin {
        ChannelOrigin(
            channel: word(), topic: word(), partition: Int(number(0...2)), offset: chance(50) ? number(0...9) : nil,
            messageID: chance(50) ? word() : nil)
    }

    private mutating func unit() -> Unit {
        var unit = Unit(appends: messages(), writes: (0..<number(0...8)).map { _ in write() })
        if chance(25) {
            unit.enlisted = messages()
            unit.fails = chance(50)
        }
        return unit
    }

    private mutating func write() -> StoreWrite {
        let (instance, seq) = (instanceID(), number(1...4))
        let component = Self.component(of: instance)
        switch number(0...31) {
        case 0, 1: return .putInstance(self.instance(instance))
        case 2: return journal(instance)
        case 3: return .truncateJournal(instance: instance, through: number(0...9))
        case 4: return .putWait(wait(instance, seq))
        case 5: return .removeWait(wait(instance, seq))
        case 6: return .putTimer(Samples.timer(number(-2...2), instance, seq, component: component))
        case 7: return .removeTimer(Samples.timer(number(-2...2), instance, seq, component: component))
        case 8: return .putActivity(activity(instance, seq))
        case 9: return .removeActivity(instance: instance, seq: seq)
        case 10: return .putMailbox(mailbox(instance, component))
        case 11: return .removeMailbox(seq: number(1...30))
        case 12: return .putIncident(incident())
        case 13, 14: return .putParked(parked())
        case 15: return .removeParked(subscription: word(), key: word(), position: lowest + number(1...4))
        case 16: return .putBuffered(buffered())
        case 17: return .removeBuffered(buffered())
        case 18: return .putInbox(subscription: word(), message: MessageID(word()), at: time())
        case 19: return .trimInbox(before: time(), limit: Int(number(1...3)))
        case 20: return .updateIncident(id: incidentID(), error: word(), nextAttempt: chance(50) ? time() : nil)
        case 21: return .resolveIncident(id: incidentID(), at: time(), resolution: word())
        case 22: return .removeInstance(instance)
        case 23: return .trimLog(trim())
        case 24, 25: return .putSourcePlace(sourcePlace())
        case 26: return .removeSourcePlaces(channel: word(), topic: word())
        case 27: return .putChannel(name: word(), description: data())
        case 28: return .removeChannel(name: word())
        case 29: return .putCatalogue(component: word(), description: data())
        case 30: return .removePosition(subscription: word())
        default: return .putDefinition(definition())
        }
    }

    private mutating func mailbox(_ instance: InstanceID, _ component: String) -> MailboxRow {
        var row = Samples.mailbox(number(1...30), instance, component: component)
        row.position = chance(20) ? lowest + number(1...99) : nil
        return row
    }

    private mutating func incident() -> IncidentRow {
        var row = Samples.incident(incidentID(), resolved: chance(50))
        if row.resolvedAt == nil, chance(30) { row.position = lowest + number(1...99) }
        row.instance = chance(50) ? instanceID() : nil
        return row
    }

    /// The times are before, at and after that of the messages.
    private mutating func trim() -> LogTrim {
        let time = Samples.envelope("").time
        return LogTrim(
            through: number(0...300), before: chance(50) ? nil : time.advanced(by: .microseconds(number(-1...1))),
            limit: Int(number(1...20)), at: chance(80) ? time.advanced(by: .seconds(1)) : self.time())
    }

    /// Sometimes takes the key of another instance, which makes the commit fail.
    private mutating func instance(_ id: InstanceID) -> InstanceRow {
        var row = chance(50) ? Samples.instance(id) : Samples.fullInstance(id)
        row.component = Self.component(of: id)
        row.key = chance(3) ? "key-\(number(1...12))" : "key-\(id)"
        row.process = chance(50) ? "payment" : "refund"
        row.status = InstanceStatus.allCases.randomElement(using: &random) ?? .running
        return row
    }

    /// Mostly the next entry, sometimes one that is there already.
    private mutating func journal(_ instance: InstanceID) -> StoreWrite {
        let seq = (lastSeq[instance] ?? 0) + (chance(95) ? 1 : 0)
        lastSeq[instance] = seq
        return .appendJournal(Samples.journal(instance, seq))
    }

    private mutating func wait(_ instance: InstanceID, _ seq: Int64) -> WaitRow {
        Samples.wait(
            instance, seq, component: Self.component(of: instance), type: type(), key: word(), after: number(0...5))
    }

    private mutating func activity(_ instance: InstanceID, _ seq: Int64) -> ActivityRow {
        let nextAt = chance(60) ? number(-5...5) : nil
        var row = Samples.activity(instance, seq, component: Self.component(of: instance), nextAt: nextAt)
        row.system = chance(50) ? "" : "bank"
        return row
    }

    private mutating func parked() -> ParkedRow {
        var row = Samples.parked(word(), lowest + number(1...4), subscription: word())
        row.state = ParkedRow.State.allCases.randomElement(using: &random) ?? .behind
        row.nextAt = chance(50) ? time() : nil
        row.payload = chance(50) ? data() : nil
        row.concerns = chance(50) ? ["order:start", "order:wait"] : []
        return row
    }

    private mutating func buffered() -> BufferedRow {
        var row = Samples.buffered(lowest + number(1...4), process: word(), key: word(), expires: number(-5...5))
        row.type = type()
        return row
    }

    private mutating func sourcePlace() -> SourcePlaceRow {
        SourcePlaceRow(channel: word(), topic: word(), partition: Int(number(0...2)), next: number(0...9))
    }

    private mutating func definition() -> DefinitionRow {
        DefinitionRow(
            component: word(), process: word(), version: Int(number(1...3)),
            notation: Notation.allCases.randomElement(using: &random) ?? .code, at: time())
    }
}

// Reading.
extension StoreComparison {
    private static func compare(_ left: any StoreReader, _ right: any StoreReader) throws {
        func same<Value: Equatable>(_ what: String, _ read: (any StoreReader) throws -> Value) throws {
            try expectEqual(try read(left), try read(right), what)
        }
        try same("the ids in use") { reader in
            var high = try reader.highWater()
            // A store may pass ids of mailbox rows by, so that it need not write each of them down.
            high.mailbox = 0
            return high
        }
        try same("the log") { try $0.records(after: 0, limit: .max).map(\.position) }
        try same("the messages") { try $0.records(after: 0, limit: .max).map(\.envelope) }
        try same("the origins of messages") { try $0.records(after: 0, limit: .max).map(\.origin) }
        try same("the beginning of the log") { try $0.trimmedPosition() }
        try same("what holds the log") { try $0.logHolds().map(\.position) }
        try same("the oldest row of the inbox") { try $0.oldestInbox() }
        for number in 0...300 {
            try same("whether m\(number) is remembered") {
                try $0.inboxContains(subscription: LogTrim.subscription, message: MessageID("m\(number)"))
            }
        }
        try same("the definitions") { try $0.definitions() }
        try same("the channels") { try $0.channels() }
        try same("the catalogue") { try $0.catalogues(after: "", limit: 4) }
        try same("the incidents") { try $0.openIncidents(after: 1, limit: 4) }
        try same("the incidents of an instance") { try $0.openIncidents(of: 1) }
        for word in words {
            try same("an entry of the catalogue") { try $0.catalogue(of: word) }
            try same("a page of the catalogue") { try $0.catalogues(after: word, limit: 2) }
            try same("the places of a channel") { try $0.sourcePlaces(channel: word) }
            try same("a position") { try $0.position(of: word) }
            try same("the heads") { try $0.parkedHeads(subscription: word, after: nil, limit: 99) }
            try same("what is due") { try $0.parkedDue(subscription: word, after: .start, limit: 99) }
            for key in words {
                try same("the head of \(key)") { try $0.parkedHead(subscription: word, key: key, after: 1) }
                let cursor = ParkedDueCursor(due: .epoch, key: key)
                try same("what is due after \(key)") { try $0.parkedDue(subscription: word, after: cursor, limit: 2) }
                try same("the heads after \(key)") { try $0.parkedHeads(subscription: word, after: key, limit: 3) }
                let place = ParkedCursor(key: key, position: 1)
                try same("all parked rows") { try $0.parked(subscription: word, after: place, limit: 3) }
                try same("parked rows") { try $0.parked(subscription: word, key: key, after: 1, limit: 2) }
                try same("the inbox") { try $0.inboxContains(subscription: word, message: MessageID(key)) }
            }
        }
        for component in components { try compare(left, right, component) }
        for instance in (1...12).map(InstanceID.init(rawValue:)) {
            try same("instance \(instance)") { try $0.instance(instance) }
            try same("journal \(instance)") { try $0.journal(of: instance, after: 2, limit: 5) }
            try same("journal end \(instance)") { try $0.journalEnd(of: instance) }
            try same("waits of \(instance)") { try $0.waits(of: instance) }
            try same("timers of \(instance)") { try $0.timers(of: instance) }
            try same("activities of \(instance)") { try $0.activities(of: instance) }
            try same("mailbox of \(instance)") { try $0.mailbox(of: instance, limit: 2) }
        }
    }

    private static func compare(_ left: any StoreReader, _ right: any StoreReader, _ component: String) throws {
        func same<Value: Equatable>(_ what: String, _ read: (any StoreReader) throws -> Value) throws {
            try expectEqual(try read(left), try read(right), "\(what) of \(component)")
        }
        for status in InstanceStatus.allCases {
            try same("instances") { try $0.instances(component: component, status: status, after: 3, limit: 3) }
        }
        for key in (1...12).map({ "key-\($0)" }) {
            try same(key) { try $0.instance(component: component, process: "payment", key: key) }
        }
        for (type, key) in types.flatMap({ type in words.map { (type, $0) } }) {
            let cursor = OperationID(instance: 3, seq: 2)
            try same("waits") {
                try $0.waits(component: component, type: type, key: key, admitting: 3, after: cursor, limit: 3)
            }
            try same("buffered rows") {
                try $0.buffered(
                    component: component, process: "a", type: type, key: key, after: 1, now: .epoch, limit: 2)
            }
        }
        let cursor = DueCursor(due: Timestamp(microseconds: -1), instance: 5, seq: 2)
        try same("expired rows") { try $0.expiredBuffered(component: component, now: .epoch, limit: 5) }
        try same("types") { try $0.waitTypes(component: component) }
        try same("timers") {
            try $0.timers(component: component, after: cursor, due: Timestamp(microseconds: 1), limit: 9)
        }
        try same("systems") { try $0.activitySystems(component: component) }
        for system in ["", "bank"] {
            try same("activities") {
                try $0.scheduledActivities(component: component, system: system, after: .start, limit: 5)
            }
        }
        try same("mailbox") { try $0.mailbox(component: component, after: 4, limit: 9) }
    }
}
