import Foundation
import RetailWorld

/// What one message of the log means to an audit.
enum LoggedFact {
    case orderPlaced(String)
    case orderEnded(String, OrderOutcome)
    /// Something is wanted of the world.
    case wanted(StepName)
    /// What was wanted has come to a result.
    case done(StepName, WorldResult)
    case requested(String, WorldAmount)
    /// A payment has come to an outcome, which names an amount.
    case outcome(String, PaymentFacts.Outcome, WorldAmount)
    case refundRequested(String)
    case withdrawn(String, WorldAmount)
    case credited(String, WorldAmount)

    /// The names of the messages that mean anything.
    static let types = [
        "checkout.orderPlaced", "order.fulfilled", "order.notFulfilled", "order.canceled", "payment.requested",
        "payment.received", "payment.canceled", "payment.refundRequested", "payment.refunded",
        "account.amountWithdrawn", "account.amountCredited", "card.charge", "card.charged", "card.failed",
        "card.refund", "card.refunded", "card.remind", "card.updateReminded", "card.updateDetails",
        "inventory.fetchGoods", "inventory.goodsFetched", "shipping.shipGoods", "shipping.goodsShipped",
    ]

    /// Reads a message; `nil` for one that is not what its type says.
    init?(_ type: String, _ payload: Data) {
        guard let payload = try? JSONDecoder().decode(LoggedPayload.self, from: payload) else { return nil }
        let fact: LoggedFact? =
            switch type.prefix(while: { $0 != "." }) {
            case "checkout", "order": Self.order(type, payload)
            case "payment": Self.payment(type, payload)
            case "account": Self.account(type, payload)
            default: Self.step(type, payload)
            }
        guard let fact else { return nil }
        self = fact
    }

    private static func order(_ type: String, _ payload: LoggedPayload) -> LoggedFact? {
        guard let id = payload.orderID else { return nil }
        return switch type {
        case "checkout.orderPlaced": .orderPlaced(id)
        case "order.fulfilled": .orderEnded(id, .fulfilled)
        case "order.notFulfilled": .orderEnded(id, .notFulfilled)
        default: .orderEnded(id, .canceled)
        }
    }

    private static func payment(_ type: String, _ payload: LoggedPayload) -> LoggedFact? {
        guard let id = payload.paymentID else { return nil }
        return switch type {
        case "payment.requested": payload.amount.map { .requested(id, $0.value) }
        case "payment.received": payload.amount.map { .outcome(id, .received, $0.value) }
        case "payment.canceled": payload.amount.map { .outcome(id, .canceled, $0.value) }
        case "payment.refunded": payload.amount.map { .outcome(id, .refunded, $0.value) }
        default: .refundRequested(id)
        }
    }

    private static func account(_ type: String, _ payload: LoggedPayload) -> LoggedFact? {
        guard let id = payload.referenceID, let amount = payload.amount?.value else { return nil }
        return type == "account.amountWithdrawn" ? .withdrawn(id, amount) : .credited(id, amount)
    }

    private static func step(_ type: String, _ payload: LoggedPayload) -> LoggedFact? {
        func name(_ service: WorldService, _ reference: String?) -> StepName? {
            reference.map { StepName(service: service, reference: $0) }
        }
        let (charge, refund) = (name(.charge, payload.referenceID), name(.refund, payload.referenceID))
        let (pick, ship) = (name(.pick, payload.orderID), name(.ship, payload.orderID))
        let (mail, update) = (name(.mail, payload.paymentID), name(.update, payload.accountID))
        return switch type {
        case "card.charge": charge.map { .wanted($0) }
        case "card.charged": charge.map { .done($0, .charged) }
        case "card.failed": charge.map { .done($0, .declined) }
        case "card.refund": refund.map { .wanted($0) }
        case "card.refunded": refund.map { .done($0, .refunded) }
        case "inventory.fetchGoods": pick.map { .wanted($0) }
        case "inventory.goodsFetched": pick.map { .done($0, .picked) }
        case "shipping.shipGoods": ship.map { .wanted($0) }
        case "shipping.goodsShipped": ship.map { .done($0, .shipped) }
        case "card.remind": mail.map { .wanted($0) }
        case "card.updateReminded": mail.map { .done($0, .sent) }
        default: update.map { .done($0, .updated) }
        }
    }
}

/// What the audit needs of the payloads in the log.
private struct LoggedPayload: Decodable {
    var orderID: String?
    var paymentID: String?
    var referenceID: String?
    var accountID: String?
    var amount: LoggedAmount?
}

/// An amount in a payload: a decimal number of whole cents.
private struct LoggedAmount: Decodable {
    var value: WorldAmount

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let number = try container.decode(Decimal.self)
        guard let amount = WorldAmount("\(number)") else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(number) is not in whole cents")
        }
        value = amount
    }
}
