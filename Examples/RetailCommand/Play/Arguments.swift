import ArgumentParser
import Foundation
import RetailPlay
import Skein

/// Reads the arguments of `retail play`; every error says what is wrong with which text, and what to write instead.
enum Arguments {
    /// `ACCOUNT=AMOUNT`
    static func balance(_ text: String) throws -> (account: String, amount: Decimal) {
        let (account, value) = try assignment(text, form: "ACCOUNT=AMOUNT, such as kermit=30")
        return (account, try amount(value, in: text))
    }

    /// `ACCOUNT=good|expired`
    static func card(_ text: String) throws -> (account: String, card: CardState) {
        let (account, value) = try assignment(text, form: "ACCOUNT=good or ACCOUNT=expired, such as kermit=expired")
        return (account, try card(value, in: text))
    }

    /// `[DURATION:]ACCOUNT=AMOUNT`
    static func payment(_ text: String) throws -> PaymentScenario.Payment {
        let (at, rest) = try time(text)
        let (account, value) = try assignment(
            rest, form: "[DURATION:]ACCOUNT=AMOUNT, such as kermit=25 or P1D:kermit=25")
        let amount = try amount(value, in: text)
        guard amount > 0 else {
            throw ValidationError("'\(text)': a payment of 0 pays nothing; give an amount above 0.")
        }
        return PaymentScenario.Payment(at: at ?? .zero, account: account, amount: amount)
    }

    /// `DURATION:ACCOUNT=good|expired`
    static func update(_ text: String) throws -> PaymentScenario.CardUpdate {
        let form = "DURATION:ACCOUNT=good or DURATION:ACCOUNT=expired, such as P5D:kermit=good"
        guard case (let at?, let rest) = try time(text) else {
            throw ValidationError("'\(text)' does not say when the card is updated; write \(form).")
        }
        let (account, value) = try assignment(rest, form: form)
        return PaymentScenario.CardUpdate(at: at, account: account, card: try card(value, in: text))
    }

    /// A duration of ISO 8601 that is not negative.
    static func duration(_ text: String) throws -> Duration {
        let way = "write an ISO 8601 duration, such as P5D or PT12H"
        let duration: Duration
        do {
            duration = try Duration(iso8601: text)
        } catch {
            throw ValidationError("\(error); \(way).")
        }
        guard duration >= .zero else { throw ValidationError("'\(text)' lies before the beginning; \(way).") }
        guard duration <= .days(36_500) else {
            throw ValidationError("'\(text)' is longer than a play lasts; write at most P36500D.")
        }
        return duration
    }

    private static func time(_ text: String) throws -> (Duration?, String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return (nil, text) }
        return (try duration(String(parts[0])), String(parts[1]))
    }

    private static func assignment(_ text: String, form: String) throws -> (String, String) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw ValidationError("'\(text)' cannot be read; write \(form).")
        }
        return (String(parts[0]), String(parts[1]))
    }

    private static func card(_ word: String, in text: String) throws -> CardState {
        guard let card = CardState(rawValue: word) else {
            throw ValidationError("'\(word)' in '\(text)' is no state of a card; write good or expired.")
        }
        return card
    }

    /// Digits, with a fraction behind a dot if there is one.
    private static func amount(_ digits: String, in text: String) throws -> Decimal {
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        let isNumber =
            (1...2).contains(parts.count)
            && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        guard isNumber, digits.utf8.count <= 30, let amount = Decimal(string: digits) else {
            throw ValidationError("'\(digits)' in '\(text)' is no amount; write a number such as 25 or 19.90.")
        }
        return amount
    }
}
