import Foundation
import Retail
import RetailWorld
import SkeinCore

/// The retail components' outside world, in a process of its own.
///
/// What the world answers is a fact of the business; whatever else happens on the way is a ``WorldError``, and the
/// caller tries again with the same key.
struct ShopWorld: OutsideWorld, CardGateway, CustomerMail, Warehouse, Carrier {
    let client: WorldClient

    var cards: any CardGateway { self }
    var mail: any CustomerMail { self }
    var warehouse: any Warehouse { self }
    var carrier: any Carrier { self }

    func charge(account: String, amount: Decimal, reference: String, key: String) async throws {
        let result = try await client.call(
            .charge, key: key, account: account, reference: reference, amount: Self.exact(amount))
        if result == .declined { throw CardDeclined(reason: "the card is expired") }
    }

    func refund(account: String, amount: Decimal, reference: String, key: String) async throws {
        _ = try await client.call(
            .refund, key: key, account: account, reference: reference, amount: Self.exact(amount))
    }

    func remind(account: String, payment: String, key: String) async throws {
        _ = try await client.call(.mail, key: key, account: account, reference: payment)
    }

    func pick(order: String, items: [OrderItem], key: String) async throws -> String {
        _ = try await client.call(.pick, key: key, account: "", reference: order)
        return "pick-\(order)"
    }

    func ship(order: String, pick: String, to recipient: Customer, key: String) async throws -> String {
        _ = try await client.call(.ship, key: key, account: recipient.name, reference: order)
        return "shipment-\(order)"
    }

    private static func exact(_ amount: Decimal) throws -> WorldAmount {
        guard let exact = WorldAmount("\(amount)") else {
            throw WorldError(.refused, "\(amount) is not an amount in whole cents")
        }
        return exact
    }
}
