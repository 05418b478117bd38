import SkeinOperator
import SkeinStorage
import GRDB
import RetailWorld
import Skein

extension StoreFacts {
    /// Reads a store as it is at one moment, whether or not a process has it open; nothing is changed.
    ///
    /// Costs as much as reading the whole file.
    ///
    /// - Throws: ``StoreError`` when the file is missing, no store, of a newer version or damaged; ``CommandFailure``
    ///   with code `cannotCreate` when SQLite cannot work where it lies.
    static func read(_ path: String) throws -> StoreFacts {
        try opened(path) { db, facts in
            facts.messages = try Int.fetchOne(db, sql: "SELECT count(*) FROM event") ?? 0
            let unreadable = try eachFact(db) { _, fact in facts.note(fact) }
            facts.unreadable = unreadable
        }
    }

    /// Reads the files of a shop whose parts run apart, one after the other. A message that several files have counts
    /// once.
    ///
    /// - Throws: as ``read(_:)``.
    static func read(_ folder: ShopFolder) throws -> StoreFacts {
        var whole = StoreFacts()
        var known: Set<String> = []
        var logged: [LoggedFact] = []
        whole.isSettled = true
        for part in try folder.parts() {
            let path = folder.file(of: part)
            let facts = try opened(path) { db, facts in
                let log = try PartLog(db, name: part)
                facts.messages = log.messages.count { $0.isOwn }
                facts.parts = [log]
                facts.unreadable = try eachFact(db) { id, fact in
                    if known.insert(id).inserted { logged.append(fact) }
                }
            }
            let components = facts.parts.first?.components ?? []
            if !components.isEmpty, let twin = whole.parts.first(where: { $0.components == components }) {
                throw CommandFailure(
                    .usage,
                    "\(folder.file(of: twin.name)) and \(path) have the same components, so one of them is a copy; put "
                        + "it into another folder")
            }
            try whole.add(facts, path)
        }
        // What is on its way between two parts will be handled.
        whole.isSettled = whole.isSettled && Transfers(whole.parts).missing.isEmpty
        // Files come in no order of time; what a payment is about comes before what became of it.
        for fact in logged { if case .requested = fact { whole.note(fact) } }
        for fact in logged { if case .requested = fact { continue } else { whole.note(fact) } }
        return whole
    }

    /// Takes in the file of one more part.
    private mutating func add(_ part: StoreFacts, _ path: String) throws {
        if let identity, let other = part.identity, identity != other {
            throw CommandFailure(
                .usage, "\(path) belongs to another shop than the files beside it; name a folder of one run")
        }
        identity = identity ?? part.identity
        asked.merge(part.asked) { first, _ in first }
        givenUp.merge(part.givenUp, uniquingKeysWith: +)
        openSince = [openSince, part.openSince].compactMap(\.self).min()
        owner = owner ?? part.owner
        isSettled = isSettled && part.isSettled
        messages += part.messages
        (stuck, parked, incidents) = (stuck + part.stuck, parked + part.parked, incidents + part.incidents)
        (unreadable, parts) = (unreadable + part.unreadable, parts + part.parts)
        underWay.formUnion(part.underWay)
        damage += part.damage.map { "\(path): \($0)" }
    }

    /// Reads what stands in a store, and what else is wanted of its log, at one moment.
    private static func opened(
        _ path: String, _ readLog: (Database, inout StoreFacts) throws -> Void
    ) throws -> StoreFacts {
        let inspector = try StoreInspector(path: path)
        defer { inspector.close() }
        // Before the moment that is read: what the world does from here on may be unknown to the store.
        let now = SystemClock().now
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? database.close() }
            return try database.read { db in
                var facts = StoreFacts()
                facts.owner = (inspector.owner ?? StoreOwner.current(of: path))?.pid
                facts.openSince = facts.owner == nil ? nil : now
                facts.identity = try ShopTables.identity(db)
                facts.asked = try AskedCalls.read(db)
                facts.givenUp = try AskedCalls.readGivenUp(db)
                try readLog(db, &facts)
                try facts.readStanding(db, path)
                // Under a process that works on it, what is open may have an outcome on its way.
                facts.isSettled = try facts.owner == nil && inspector.isHandled
                return facts
            }
        } catch let error as DatabaseError {
            guard [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode) else {
                throw StoreError.wrapping(error, "read what the shop has done", label: path)
            }
            let text = "\(path): \(error.message ?? "\(error.resultCode)")"
            throw CommandFailure(
                .cannotCreate, text + "; SQLite has to write beside it, so copy the store to where that is allowed")
        }
    }

    /// Reads what means something to an audit.
    ///
    /// - Parameter take: gets the id of each message, and what it means.
    /// - Returns: the messages that cannot be read.
    private static func eachFact(
        _ db: Database, _ take: (String, LoggedFact) throws -> Void
    ) throws -> [UnreadableMessage] {
        let names = LoggedFact.types.map { "'\($0)'" }.joined(separator: ", ")
        let rows = try Row.fetchCursor(
            db, sql: "SELECT position, id, type, payload FROM event WHERE type IN (\(names)) ORDER BY position")
        var unreadable: [UnreadableMessage] = []
        while let row = try rows.next() {
            let type: String = row["type"]
            if let fact = LoggedFact(type, row["payload"]) {
                try take(row["id"], fact)
            } else {
                unreadable.append(UnreadableMessage(position: row["position"], type: type))
            }
        }
        return unreadable
    }

    private mutating func note(_ fact: LoggedFact) {
        switch fact {
        case .orderPlaced(let id): orders[id] = orders[id] ?? []
        case .orderEnded(let id, let outcome): orders[id, default: []].append(outcome)
        case .wanted(let step): steps[step, default: StepFacts()].count += 1
        case .done(let step, let result): steps[step, default: StepFacts()].results[result, default: 0] += 1
        case .requested(let id, let amount): payments[id] = PaymentFacts(amount: amount)
        case .outcome(let id, let outcome, let amount):
            payments[id]?.outcome = outcome
            payments[id]?.told = amount
        case .refundRequested(let id):
            // Until all is returned, money is on its way.
            if payments[id]?.outcome == .received { payments[id]?.outcome = .open }
        case .withdrawn(let id, let amount): payments[id]?.withdrawn += amount
        case .credited(let id, let amount): payments[id]?.credited += amount
        }
    }

    private mutating func readStanding(_ db: Database, _ path: String) throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT id, process || ' ' || key AS name, status FROM instance
                WHERE status = 'running' AND notation IN ('code', 'model')
                AND NOT EXISTS (SELECT 1 FROM wait WHERE wait.instance = instance.id)
                AND NOT EXISTS (SELECT 1 FROM timer WHERE timer.instance = instance.id)
                AND NOT EXISTS (SELECT 1 FROM activity WHERE activity.instance = instance.id)
                AND NOT EXISTS (SELECT 1 FROM mailbox WHERE mailbox.instance = instance.id)
                OR status IN ('parked', 'suspended') ORDER BY id
                """)
        let word = path.shellWord
        stuck = rows.map { row in
            let finding =
                switch row["status"] as String {
                case "suspended": "is suspended; let it go on with: skein resume \(row["id"] as Int64) --store \(word)"
                case "parked": "is parked with an incident; see: skein incidents --store \(word)"
                default: "runs, and nothing can wake it"
                }
            return StuckInstance(name: row["name"], finding: finding)
        }
        underWay = try String.fetchSet(
            db,
            sql: "SELECT key FROM instance WHERE status IN ('running', 'parked', 'suspended') "
                + "AND notation IN ('code', 'model')")
        parked = try String.fetchAll(
            db, sql: "SELECT DISTINCT subscription || ': ' || key FROM parked WHERE state IN ('incident', 'deadLetter')"
        )
        // Leaves out the incidents of what is still being tried.
        incidents = try String.fetchAll(
            db,
            sql: """
                SELECT 'incident ' || id || ' of ' || component || ', ' || cause || ', ' || error FROM incident
                WHERE resolved_at IS NULL AND NOT EXISTS (SELECT 1 FROM activity WHERE next_at IS NOT NULL
                    AND activity.instance = incident.instance AND activity.seq = incident.seq)
                AND NOT EXISTS (SELECT 1 FROM parked WHERE state = 'retrying' AND parked.position = incident.position
                    AND parked.subscription = incident.subscription AND parked.key = incident.key) ORDER BY id
                """)
        damage = try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
    }
}

extension StoreInspector {
    /// Whether every message was handled by all who take it. What has to go to other parts is told by their files.
    var isHandled: Bool {
        get throws {
            try subscriptions().allSatisfy { $0.lag == 0 || $0.subscription.hasPrefix("relay/") }
        }
    }
}
