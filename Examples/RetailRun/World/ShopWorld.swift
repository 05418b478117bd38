import Foundation
import RetailServices
import RetailWorld
import Skein

/// The retail components' outside world, in a process of its own.
///
/// What the world answers is a fact of the business; whatever else happens on the way is a ``WorldError``, and the
/// caller tries again with the same key. Each call is noted in the store before it is made, and when it is given up
/// without an answer, so that an audit can tell the calls that the shop asked for from all others.
struct ShopWorld: OutsideWorld, CardGateway, CustomerMail, Warehouse, Carrier {
    let client: WorldClient
    let asked: AskedCalls

    var cards: any CardGateway { self }
    var mail: any CustomerMail { self }
    var warehouse: any Warehouse { self }
    var carrier: any Carrier { self }

    func charge(account: String, amount: Decimal, reference: String, key: String) async throws {
        let result = try await call(
            .charge, key, AskedCall(account: account, reference: reference, amount: Self.exact(amount)))
        if result == .declined { throw CardDeclined(reason: "the card is expired") }
    }

    func refund(account: String, amount: Decimal, reference: String, key: String) async throws {
        _ = try await call(
            .refund, key, AskedCall(account: account, reference: reference, amount: Self.exact(amount)))
    }

    func remind(account: String, payment: String, key: String) async throws {
        _ = try await call(.mail, key, AskedCall(account: account, reference: payment))
    }

    func pick(order: String, items: [OrderItem], key: String) async throws -> String {
        _ = try await call(.pick, key, AskedCall(account: "", reference: order))
        return "pick-\(order)"
    }

    func ship(order: String, pick: String, to recipient: Customer, key: String) async throws -> String {
        _ = try await call(.ship, key, AskedCall(account: recipient.name, reference: order))
        return "shipment-\(order)"
    }

    /// The owner of an account replaces the card.
    func replaceCard(account: String, key: String) async throws {
        _ = try await call(.update, key, AskedCall(account: account))
    }

    private func call(_ service: WorldService, _ key: String, _ call: AskedCall) async throws -> WorldResult {
        let name = CallName(service: service, key: key)
        try await asked.note(call, name)
        do {
            return try await client.call(
                service, key: key, account: call.account, reference: call.reference, amount: call.amount)
        } catch {
            // After a cancellation and without an answer, the world may have the call or read it later.
            if error is CancellationError || (error as? WorldError)?.code == .noAnswer {
                // If the store fails, the run fails too, and the audit counts failed runs.
                try? await asked.noteGivenUp(name)
            }
            throw error
        }
    }

    private static func exact(_ amount: Decimal) throws -> WorldAmount {
        guard let exact = WorldAmount("\(amount)") else {
            throw WorldError(.refused, "\(amount) is not an amount in whole cents")
        }
        return exact
    }
}
