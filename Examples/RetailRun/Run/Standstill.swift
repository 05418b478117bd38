import GRDB
import Skein
import SkeinOperator

/// Notices when nothing in a store moves any more, and nothing is going to.
struct Standstill {
    /// How often in a row, and for how long, nothing must have changed. Longer than a call to the outside world may
    /// take, and counted too, so that a process which was itself stopped for a while does not take that for a
    /// standstill.
    static let looks = 40
    static let span: Duration = .seconds(5)
    /// For how long nothing must have changed before a message that has not arrived counts as one that will not.
    static let finalSpan: Duration = .seconds(60)

    /// Whether nothing has changed for so long that a message which has not arrived will not arrive any more.
    private(set) var isFinal = false

    private var position: Int64 = -1
    private var counts: RuntimeCounts?
    private var since = ContinuousClock.now
    private var unchanged = 0

    /// Takes in what can be seen now.
    ///
    /// - Returns: whether nothing has changed for long enough.
    mutating func note(
        position: Int64, counts: RuntimeCounts? = nil, at now: ContinuousClock.Instant = .now
    ) -> Bool {
        guard position == self.position, counts == self.counts else {
            (self.position, self.counts) = (position, counts)
            (since, unchanged, isFinal) = (now, 0, false)
            return false
        }
        unchanged += 1
        let hasLooked = unchanged >= Self.looks
        isFinal = hasLooked && now - since >= Self.finalSpan
        return hasLooked && now - since >= Self.span
    }

    /// Whether the orders will move by themselves: something is due in the store, or a handler waits in memory for its
    /// next attempt, which may come later than a standstill is noticed.
    static func isSomethingDue(_ db: Database, in runtime: Runtime) throws -> Bool {
        if runtime.messagesInHand > 0 { return true }
        return try isSomethingDue(db)
    }

    /// Whether something is due in the store.
    static func isSomethingDue(_ db: Database) throws -> Bool {
        let sql = """
            SELECT EXISTS (SELECT 1 FROM timer JOIN instance ON instance.id = timer.instance WHERE status = 'running')
            OR EXISTS (SELECT 1 FROM activity JOIN instance ON instance.id = activity.instance
                WHERE status = 'running' AND next_at IS NOT NULL)
            OR EXISTS (SELECT 1 FROM mailbox JOIN instance ON instance.id = mailbox.instance WHERE status = 'running')
            OR EXISTS (SELECT 1 FROM parked WHERE state = 'retrying')
            """
        return try Bool.fetchOne(db, sql: sql) ?? true
    }

    /// Whether an operator has stopped the channel between the parts.
    static func isChannelSuspended(_ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM held WHERE system = ?)", arguments: ["channel/\(ShopPart.channel)"])
            ?? false
    }

    /// How many processes an operator has stopped.
    static func suspended(_ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM instance WHERE status = 'suspended'") ?? 0
    }
}
