import Foundation
import GRDB
import RetailWorld

extension StoreFacts {
    /// Reads a store as it is at one moment, whether or not a process has it open; nothing is written.
    ///
    /// Costs as much as reading the whole file.
    ///
    /// - Throws: an error that names the file when it is missing or no store.
    static func read(_ path: String) throws -> StoreFacts {
        guard FileManager.default.fileExists(atPath: path) else { throw AuditError("there is no store \(path)") }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? database.close() }
            return try database.read { db in
                var facts = StoreFacts()
                try facts.readLog(db)
                try facts.readStanding(db)
                return facts
            }
        } catch let error as DatabaseError {
            throw AuditError("\(path): \(error.message ?? "\(error.resultCode)")")
        }
    }

    private static let types = [
        "checkout.orderPlaced", "order.fulfilled", "order.notFulfilled", "order.canceled", "payment.requested",
        "payment.received", "payment.canceled", "payment.refundRequested", "payment.refunded",
        "account.amountWithdrawn",
        "account.amountCredited", "card.charge", "card.refund",
    ]

    private mutating func readLog(_ db: Database) throws {
        let names = Self.types.map { "'\($0)'" }.joined(separator: ", ")
        let rows = try Row.fetchCursor(
            db, sql: "SELECT type, payload FROM event WHERE type IN (\(names)) ORDER BY position")
        let decoder = JSONDecoder()
        while let row = try rows.next() {
            let type: String = row["type"]
            try note(type, decoder.decode(LoggedPayload.self, from: row["payload"] as Data))
        }
        messages = try Int.fetchOne(db, sql: "SELECT count(*) FROM event") ?? 0
        let openOrder = orders.values.contains { $0.isEmpty }
        isUnderWay = openOrder || payments.values.contains { $0.outcome == .open }
    }

    private mutating func note(_ type: String, _ payload: LoggedPayload) {
        switch type {
        case "checkout.orderPlaced": payload.orderID.map { orders[$0] = orders[$0] ?? [] }
        case "order.fulfilled": payload.orderID.map { orders[$0, default: []].append(.fulfilled) }
        case "order.notFulfilled": payload.orderID.map { orders[$0, default: []].append(.notFulfilled) }
        case "order.canceled": payload.orderID.map { orders[$0, default: []].append(.canceled) }
        case "card.charge": chargeSteps += 1
        case "card.refund": refundSteps += 1
        case "account.amountWithdrawn":
            payload.referenceID.map { payments[$0]?.withdrawn += payload.amount?.value ?? .zero }
        case "account.amountCredited":
            payload.referenceID.map { payments[$0]?.credited += payload.amount?.value ?? .zero }
        default: notePayment(type, payload)
        }
    }

    private mutating func notePayment(_ type: String, _ payload: LoggedPayload) {
        guard let id = payload.paymentID else { return }
        let outcome = payments[id]?.outcome
        switch type {
        case "payment.requested": payments[id] = PaymentFacts(amount: payload.amount?.value ?? .zero)
        case "payment.received": payments[id]?.outcome = .received
        case "payment.canceled": payments[id]?.outcome = .canceled
        // Until all is returned, money is on its way.
        case "payment.refundRequested" where outcome == .received: payments[id]?.outcome = .open
        case "payment.refunded": payments[id]?.outcome = .refunded
        default: break
        }
    }

    private mutating func readStanding(_ db: Database) throws {
        stuck = try String.fetchAll(
            db,
            sql: """
                SELECT process || ' ' || key FROM instance
                WHERE status = 'running' AND notation IN ('code', 'model')
                AND NOT EXISTS (SELECT 1 FROM wait WHERE wait.instance = instance.id)
                AND NOT EXISTS (SELECT 1 FROM timer WHERE timer.instance = instance.id)
                AND NOT EXISTS (SELECT 1 FROM activity WHERE activity.instance = instance.id)
                AND NOT EXISTS (SELECT 1 FROM mailbox WHERE mailbox.instance = instance.id)
                UNION ALL SELECT process || ' ' || key || ' (' || status || ')' FROM instance
                WHERE status IN ('parked', 'suspended')
                """)
        parked = try String.fetchAll(
            db, sql: "SELECT DISTINCT subscription || ': ' || key FROM parked WHERE state IN ('incident', 'deadLetter')"
        )
        incidents = try String.fetchAll(
            db, sql: "SELECT component || ': ' || cause || ': ' || error FROM incident WHERE resolved_at IS NULL")
        damage = try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
    }
}

/// What the audit needs of the payloads in the log.
private struct LoggedPayload: Decodable {
    var orderID: String?
    var paymentID: String?
    var referenceID: String?
    var amount: LoggedAmount?
}

/// An amount in a payload: a decimal number.
private struct LoggedAmount: Decodable {
    var value: WorldAmount

    init(from decoder: any Decoder) throws {
        let number = try decoder.singleValueContainer().decode(Decimal.self)
        guard let amount = WorldAmount("\(number)") else {
            throw AuditError("the log has an amount of \(number), which is not in whole cents")
        }
        value = amount
    }
}

/// Why there is nothing to audit.
struct AuditError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
