import Foundation
import Testing

/// One line of a play, taken apart.
struct Told: Decodable {
    struct Payload: Decodable {
        var amount: Decimal?
        var paymentID: String?
        var referenceID: String?
        var part: String?
        var balances: [String: Decimal]?
        var charges: [Charge]?
        var status: Int?
        var boardingPass: String?
        var deliveries: [String]?
        var cancelAttempts: Int?
    }

    struct Charge: Decodable {
        var account: String
        var amount: Decimal
        var reference: String
    }

    var at: String
    var type: String
    var payload: Payload

    /// Time, type, and the amount or part that it names.
    var short: String {
        let what = payload.amount.map { " \($0)" } ?? payload.part.map { " \($0)" } ?? ""
        return "\(at) \(type)\(what)"
    }

    /// The payment that the line is about.
    var payment: String? { payload.paymentID ?? payload.referenceID }

    static func lines(_ lines: [String]) throws -> [Told] {
        try lines.map { try JSONDecoder().decode(Told.self, from: Data($0.utf8)) }
    }
}

/// Takes a play apart: its events in short, and its last line.
func took(_ lines: [String]) throws -> (events: [String], end: Told.Payload) {
    let told = try Told.lines(lines)
    let end = try #require(told.last)
    #expect(end.type == "end")
    return (told.dropLast().map(\.short), end.payload)
}
