import Foundation
import RetailServices
import SkeinTesting
import Testing

@Suite("The account")
struct AccountTests {
    private let account = EntityTest(Account.self)
    private let credited = AmountCredited(accountID: "kermit", referenceID: "r", amount: 30)

    @Test("is created once, and verified from then on")
    func creation() throws {
        let verify = VerifyOrCreateAccount(name: "kermit")
        let created = AccountCreated(accountID: "kermit", name: "kermit")
        try account.when(verify).then(created)
        try account.given(created).when(verify).then(AccountVerified(accountID: "kermit", name: "kermit"))
    }

    @Test(
        "debits what is asked for, at most the balance, and 0 too", arguments: [(25, 25), (30, 30), (31, 30), (0, 0)])
    func withdrawal(asked: Int, withdrawn: Int) throws {
        try account.given(credited)
            .when(WithdrawAmount(accountID: "kermit", referenceID: "p1", amount: .init(asked)))
            .then(AmountWithdrawn(accountID: "kermit", referenceID: "p1", amount: .init(withdrawn)))
    }

    @Test("withdraws nothing from nothing")
    func emptyAccount() throws {
        try account.when(WithdrawAmount(accountID: "kermit", referenceID: "p1", amount: 25))
            .then(AmountWithdrawn(accountID: "kermit", referenceID: "p1", amount: 0))
    }

    @Test("keeps its balance exact")
    func exactness() throws {
        var test = account
        let tenth = Decimal(sign: .plus, exponent: -1, significand: 1)
        for _ in 1...10 { test = test.when(CreditAmount(accountID: "kermit", referenceID: "r", amount: tenth)) }
        #expect(try test.state().balance == 1)
    }
}

@Suite("The payment")
struct PaymentTests {
    private let payment = EntityTest(Payment.self)
    private let requested = PaymentRequested(paymentID: "p1", orderID: "1", accountID: "kermit", amount: 25)
    private let received = PaymentReceived(paymentID: "p1", orderID: "1", accountID: "kermit", amount: 25)
    private let partly = PaymentPartlyCovered(paymentID: "p1", amount: 5)

    @Test("is requested once for an order")
    func request() throws {
        let request = RequestPayment(orderID: "1", accountID: "kermit", amount: 25)
        try payment.when(request).then(requested)
        try payment.when(request).when(request).then(requested)
    }

    @Test("adds up what is covered until it is the whole amount")
    func cover() throws {
        try payment.given(requested).when(CoverPayment(paymentID: "p1", amount: 5))
            .when(CoverPayment(paymentID: "p1", amount: 7)).when(CoverPayment(paymentID: "p1", amount: 13))
            .then(partly, PaymentPartlyCovered(paymentID: "p1", amount: 12), received)
    }

    @Test("leaves a cancellation from outside to the process while it is open")
    func cancelOpen() throws {
        try payment.given(requested, partly).when(CancelPayment(paymentID: "p1", reason: "r")).then()
    }

    @Test("is canceled by the amount that was never covered, once it is compensated")
    func cancelCompensated() throws {
        let cancel = CancelPayment(paymentID: "p1", reason: "r", isCompensated: true)
        let canceled = PaymentCanceled(paymentID: "p1", orderID: "1", accountID: "kermit", amount: 20)
        try payment.given(requested, partly).when(cancel).when(cancel).then(canceled)
    }

    @Test("is refunded once, by whichever of refund and cancellation comes")
    func refund() throws {
        let asked = PaymentRefundRequested(paymentID: "p1")
        let (refund, cancel) = (RefundPayment(paymentID: "p1"), CancelPayment(paymentID: "p1", reason: "r"))
        try payment.given(requested, received).when(refund).when(cancel).then(asked)
        try payment.given(requested, received).when(cancel).when(refund).then(asked)
        try payment.given(requested, received, asked).when(ConfirmRefund(paymentID: "p1"))
            .when(ConfirmRefund(paymentID: "p1")).then(PaymentRefunded(paymentID: "p1", amount: 25))
        try payment.given(requested, partly).when(refund).then()
    }

    @Test("that decides otherwise fails the test with what it decided")
    func failure() throws {
        let failure = #expect(throws: EntityTestFailure.self) {
            try payment.given(requested).when(CoverPayment(paymentID: "p1", amount: 5)).then(received)
        }
        #expect(failure?.description.contains("payment.partlyCovered") == true)
    }
}
