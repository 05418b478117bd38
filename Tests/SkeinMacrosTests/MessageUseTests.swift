import Foundation
public import SkeinMacros
import Testing

@Suite("message macros, compiled")
struct MessageUseTests {
    @Test("an attribute with a name makes an event of version 1.0.0 without subject")
    func defaults() {
        #expect(Opened.name == "account.opened")
        #expect(Opened.version == SchemaVersion(1, 0, 0))
        #expect(Opened.kind == .event)
        #expect(Opened.audience == .domain)
        #expect(Opened().subject == nil)
    }

    @Test("version, subject and audience come from the attribute")
    func allArguments() {
        #expect(PaymentReceived.version == SchemaVersion(1, 2, 3))
        #expect(PaymentReceived.audience == .todo)
        #expect(PaymentReceived(paymentID: "p-1", amount: 5).subject == "p-1")
    }

    @Test("each attribute gives its kind")
    func kinds() {
        #expect(Charge.kind == .command)
        #expect(AskBalance.kind == .query)
        #expect(Balance.kind == .document)
        #expect(AskBalance.Answer.self == Balance.self)
    }

    @Test("a query may declare its answer inside")
    func nestedAnswer() {
        #expect(Bank.AskLimit.Answer.name == "bank.limit")
        #expect(Bank.AskLimit.name == "bank.ask-limit")
    }

    @Test("what the macros write is no part of the payload")
    func payload() throws {
        let sent = PaymentReceived(paymentID: "p-1", amount: 5)
        let bytes = try PayloadCoder.json.encode(sent)
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"amount":5,"paymentID":"p-1"}"#)
        #expect(try PayloadCoder.json.decode(PaymentReceived.self, from: bytes) == sent)
    }

    @Test("an enum is a message; its subject may be computed")
    func enums() throws {
        let closed = Balance.closed(account: "a-1")
        #expect(closed.subject == "a-1")
        let bytes = try PayloadCoder.json.encode(closed)
        #expect(try PayloadCoder.json.decode(Balance.self, from: bytes) == closed)
    }

    @Test("a message may have properties called name and version, and an optional subject of its own")
    func sameNames() {
        let charge = Charge(name: "Kermit", version: 7, subject: "c-1")
        #expect((charge.name, charge.version) == ("Kermit", 7))
        #expect(Charge.name == "payment.charge")
        #expect(charge.subject == "c-1")
    }

    @Test("types of the user that are called like the protocols do not get in the way")
    func shadowedNames() {
        #expect(Shadows.Noted.kind == .event)
        #expect(Shadows.Noted.name == "shadows.noted")
    }

    @Test("the written initializer takes defaults and nil, sets wrapped properties, and leaves constants alone")
    func initializer() {
        let short = Shipped(orderID: "o-1", parcels: 2)
        #expect((short.weight, short.note, short.isInsured, short.carrier) == (1.5, nil, true, "mail"))
        let long = Shipped(orderID: "o-1", parcels: 2000, weight: 3, note: "late", isInsured: false)
        #expect((long.parcels, long.weight, long.note, long.isInsured) == (100, 3, "late", false))
        #expect(long.log.isEmpty)
    }

    @Test("an initializer written by hand is the only one in the body; one that decodes does not count")
    func otherInitializers() throws {
        #expect(Numbered(text: "5").number == 5)
        #expect(Lenient(number: 5).number == 5)
        #expect(try PayloadCoder.json.decode(Lenient.self, from: Data("{}".utf8)).number == 0)
    }

    @Test("a property whose name is a keyword can be the subject")
    func keyword() {
        #expect(Escaped(default: "d").subject == "d")
    }
}

@Event("account.opened")
private struct Opened {}

@Event("payment.received", version: "1.2.3", subject: \.paymentID, audience: .todo)
public struct PaymentReceived: Equatable {
    public let paymentID: String
    public let amount: Int
}

@Command("payment.charge")
struct Charge {
    let name: String
    let version: Int
    let subject: String?
}

@Document("account.balance", subject: \.account)
package enum Balance: Equatable {
    case open(account: String, amount: Int)
    case closed(account: String)

    var account: String {
        switch self {
        case .open(let account, _), .closed(let account): account
        }
    }
}

@Query("account.ask-balance", answer: Balance.self, subject: \.account)
struct AskBalance {
    let account: String?
}

enum Bank {
    @Query("bank.ask-limit")
    struct AskLimit {
        @Document("bank.limit")
        struct Answer {
            let amount: Int
        }
    }
}

enum Shadows {
    struct Event {}
    struct MessageName {}

    @SkeinMacros.Event("shadows.noted")
    struct Noted {}
}

@Event("escaped.made", subject: \.default)
struct Escaped {
    let `default`: String
}

@propertyWrapper
struct Clamped: Codable, Hashable, Sendable {
    private var value: Int

    var wrappedValue: Int {
        get { value }
        set { value = min(newValue, 100) }
    }

    init(wrappedValue: Int) { value = min(wrappedValue, 100) }
}

@Event("shipping.shipped", subject: \.orderID)
public struct Shipped {
    public let orderID: String
    @Clamped var parcels: Int
    public var weight = 1.5
    public let note: String?
    public var isInsured: Bool = true
    private(set) var log: [String] = []
    static let limit = 5
    var carrier: String { "mail" }
}

@Event("number.read")
public struct Numbered {
    let number: Int

    init(text: String) { number = Int(text) ?? 0 }
}

@Document("number.lenient")
public struct Lenient {
    let number: Int

    enum CodingKeys: CodingKey {
        case number
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        number = try container.decodeIfPresent(Int.self, forKey: .number) ?? 0
    }
}
