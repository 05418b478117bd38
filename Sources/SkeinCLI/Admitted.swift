import ArgumentParser
import Foundation
import SkeinCore

/// Reads values of the command line. An error says what is admitted.
enum Admitted {
    static let limits = 1...100_000

    /// The largest number of rows that a list shows.
    static func limit(_ text: String) throws -> Int {
        guard let limit = Int(text), limits.contains(limit) else {
            throw ValidationError("write a whole number from 1 to 100,000")
        }
        return limit
    }

    static func number(_ text: String, in range: ClosedRange<Int>) throws -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw ValidationError("write a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// How long, on the command line.
    static func duration(_ text: String) throws -> Duration {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let factor = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()),
            (1..<1_000_000).contains(number)
        else {
            throw ValidationError("write how long: 90s, 15m, 2h or 30d, with a number from 1 to 999,999")
        }
        return .seconds(number * factor)
    }

    /// The number of an incident or an instance.
    static func id<ID: LosslessStringConvertible & RawRepresentable<Int64>>(_ text: String) throws -> ID {
        guard let id = ID(text), id.rawValue >= 1 else { throw unnumbered }
        return id
    }

    /// The number of an operation of an instance.
    static func operation(_ text: String) throws -> Int64 {
        guard let seq = Int64(text), seq >= 1 else { throw unnumbered }
        return seq
    }

    private static var unnumbered: ValidationError {
        ValidationError("write its number, 1 or more, as the lists show it")
    }

    static func position(_ text: String) throws -> Int64 {
        guard let position = Int64(text), position >= 0 else {
            throw ValidationError("write a position in the log: a whole number from 0 to \(Int64.max)")
        }
        return position
    }

    static func moment(_ text: String) throws -> Moment {
        guard let moment = Moment(argument: text) else {
            throw ValidationError(
                "write a time such as 2026-03-01T12:00:00Z, or how long ago it was: 90s, 15m, 2h or 3d, with a "
                    + "number from 0 to 999,999")
        }
        return moment
    }

    static func assignment(_ text: String) throws -> Assignment {
        guard let assignment = Assignment(argument: text) else { throw ValidationError("write name=value") }
        return assignment
    }

    static func factor(_ text: String) throws -> Double {
        guard let factor = Double(text), factor >= 1, factor.isFinite else {
            throw ValidationError("write a number of 1 or more, such as 2 or 1.5")
        }
        return factor
    }

    static func share(_ text: String) throws -> Double {
        guard let share = Double(text), (0...1).contains(share) else {
            throw ValidationError("write a number from 0 to 1, such as 0.2")
        }
        return share
    }
}
