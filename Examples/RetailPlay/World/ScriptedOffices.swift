import Foundation
import RetailServices
import Skein

/// Components of the shop that do as they are told, for an order that is to meet with trouble.
enum ScriptedOffices {
    static func payment(_ script: OrderScenario.PaymentScript, total: Decimal, _ notation: OrderNotation) -> Component {
        Component("payment") {
            Publishes(PaymentRequested.self, PaymentReceived.self, PaymentCanceled.self, PaymentRefunded.self)
            Processes(ScriptedPayment(script: script))
            Handle(CancelPayment.self) { _, _ in }
            Handle(RefundPayment.self) { command, context in
                try context.publish(PaymentRefunded(paymentID: command.paymentID, amount: total))
            }
            if notation == .choreography { PaymentPolicies.parts }
        }
    }

    static func inventory(delay: Duration, _ notation: OrderNotation) -> Component {
        Component("inventory") {
            Publishes(GoodsFetched.self)
            Processes(ScriptedFetch(delay: delay))
            if notation == .choreography { InventoryPolicies.parts }
        }
    }

    static func shipping(delay: Duration, _ notation: OrderNotation) -> Component {
        Component("shipping") {
            Publishes(GoodsShipped.self)
            Processes(ScriptedShipping(delay: delay))
            if notation == .choreography { ShippingPolicies.parts }
        }
    }
}

/// Answers a payment request as the script says.
struct ScriptedPayment: ProcessDefinition {
    static let name = "scripted"
    static func key(of start: RequestPayment) -> String { start.orderID }

    let script: OrderScenario.PaymentScript

    func run(_ request: RequestPayment, _ flow: Flow) async throws {
        let id = PaymentID.payment(of: request.orderID)
        flow.publish(
            PaymentRequested(
                paymentID: id, orderID: request.orderID, accountID: request.accountID, amount: request.amount))
        switch script {
        case .received: break
        case .late: try await flow.sleep(for: .days(21))
        case .silent: return
        case .canceled:
            return flow.publish(
                PaymentCanceled(
                    paymentID: id, orderID: request.orderID, accountID: request.accountID, amount: request.amount))
        }
        flow.publish(
            PaymentReceived(
                paymentID: id, orderID: request.orderID, accountID: request.accountID, amount: request.amount))
    }
}

/// Fetches goods after a delay.
struct ScriptedFetch: ProcessDefinition {
    static let name = "scripted"
    static func key(of start: FetchGoods) -> String { start.orderID }

    let delay: Duration

    func run(_ command: FetchGoods, _ flow: Flow) async throws {
        if delay > .zero { try await flow.sleep(for: delay) }
        flow.publish(GoodsFetched(orderID: command.orderID, pickID: "pick-\(command.orderID)"))
    }
}

/// Ships goods after a delay.
struct ScriptedShipping: ProcessDefinition {
    static let name = "scripted"
    static func key(of start: ShipGoods) -> String { start.orderID }

    let delay: Duration

    func run(_ command: ShipGoods, _ flow: Flow) async throws {
        if delay > .zero { try await flow.sleep(for: delay) }
        flow.publish(GoodsShipped(orderID: command.orderID, shipmentID: "shipment-\(command.orderID)"))
    }
}
