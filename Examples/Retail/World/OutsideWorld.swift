public import Foundation
public import Skein

/// Everything that the retail components talk to and that is none of them: scripted in tests, another process in
/// earnest.
///
/// **Contract**
/// 1. A call with an idempotency key that was seen before has no second effect, and has the outcome of the first.
/// 2. A refusal that belongs to the business is thrown as a ``CardDeclined``. Everything else that is thrown is a
///    failure of the technique: the caller tries again, with the same key.
public protocol OutsideWorld: Sendable {
    /// Charges and refunds cards.
    var cards: any CardGateway { get }
    /// Writes to customers.
    var mail: any CustomerMail { get }
    /// Where the goods lie.
    var warehouse: any Warehouse { get }
    /// Who carries the goods.
    var carrier: any Carrier { get }
}

/// The company that charges cards.
public protocol CardGateway: Sendable {
    /// Charges the card of an account, once for each key.
    ///
    /// - Parameters:
    ///   - reference: what the charge is for; it stands on the statement.
    ///   - key: the idempotency key.
    /// - Throws: ``CardDeclined`` when the card is no good; anything else when nobody knows.
    func charge(account: String, amount: Decimal, reference: String, key: String) async throws

    /// Returns a charge, once for each key.
    func refund(account: String, amount: Decimal, reference: String, key: String) async throws
}

/// The card is no good: a fact of the business, which trying again at once does not change.
public struct CardDeclined: BusinessError, CustomStringConvertible {
    /// Such as `card expired`.
    public var reason: String

    public init(reason: String) { self.reason = reason }

    public var description: String { "the card was declined: \(reason)" }
}

/// Writes to customers.
public protocol CustomerMail: Sendable {
    /// Asks the owner of an account to update the card, once for each key.
    func remind(account: String, payment: String, key: String) async throws
}

/// Where the goods lie.
public protocol Warehouse: Sendable {
    /// Gets goods ready, once for each key.
    ///
    /// - Returns: the id of the pick under which they lie ready.
    func pick(order: String, items: [OrderItem], key: String) async throws -> String
}

/// Who carries the goods.
public protocol Carrier: Sendable {
    /// Takes the goods of a pick, once for each key.
    ///
    /// - Returns: the id of the shipment.
    func ship(order: String, pick: String, to recipient: Customer, key: String) async throws -> String
}
