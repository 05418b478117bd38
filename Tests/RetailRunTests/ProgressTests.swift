import Foundation
import RetailServices
import SkeinCore
import SkeinSQLite
import Testing

@testable import RetailRun

@Suite("The progress of a run")
struct ProgressTests {
    private let store: SQLiteStore
    private let runtime: Runtime
    private let payment = PaymentID.payment(of: "1")

    init() throws {
        store = try SQLiteStore.inMemory()
        runtime = try Runtime(store: store, components: ["checkout", "order", "payment"].map { Component($0) {} })
    }

    /// Whether the run of one order is over, after each of the events that follow it.
    private func isComplete(after events: [any Event]) async throws -> [Bool] {
        runtime.start()
        let order = CheckoutOrderPlaced(
            orderID: "1", customer: Customer(name: "kermit", address: "Swamp 1"), items: [], total: 25)
        _ = try await runtime.client(as: "checkout").publish(order)
        var progress = RunProgress(orders: 1)
        var answers: [Bool] = []
        for event in events {
            try await publish(event)
            try progress.read(store.makeReader())
            answers.append(progress.isComplete)
        }
        await runtime.stop()
        return answers
    }

    private func publish(_ event: some Event) async throws {
        _ = try await runtime.client(as: type(of: event).name.component).publish(event)
    }

    private var requested: PaymentRequested {
        PaymentRequested(paymentID: payment, orderID: "1", accountID: "kermit", amount: 25)
    }

    private var received: PaymentReceived {
        PaymentReceived(paymentID: payment, orderID: "1", accountID: "kermit", amount: 25)
    }

    private var refund: [any Event] {
        [PaymentRefundRequested(paymentID: payment), PaymentRefunded(paymentID: payment, amount: 25)]
    }

    @Test("is complete when the order is fulfilled")
    func fulfilled() async throws {
        let answers = try await isComplete(after: [requested, received, OrderFulfilled(orderID: "1")])
        #expect(answers == [false, false, true])
    }

    @Test("is not complete while the money of an order that was given up is on its way back", arguments: [false, true])
    func crossing(receivedFirst: Bool) async throws {
        let canceled = OrderCanceled(orderID: "1", reason: "test")
        let crossing: [any Event] = receivedFirst ? [received, canceled] : [canceled, received]
        let answers = try await isComplete(after: [requested] + crossing + refund)
        #expect(answers == [false, false, false, false, true])
    }

    @Test("is complete when an order that was given up has cost nothing")
    func canceled() async throws {
        let canceled = PaymentCanceled(paymentID: payment, orderID: "1", accountID: "kermit", amount: 25)
        let answers = try await isComplete(
            after: [requested, OrderCanceled(orderID: "1", reason: "test"), canceled])
        #expect(answers == [false, false, true])
    }
}
