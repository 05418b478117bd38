import Skein

/// Reads numbers from the command lines of `retail-world` and `retail run`. An error says what is admitted.
public enum WorldNumber {
    /// Reads a share of calls or accounts. The configuration of the world checks that it lies from 0 to 1.
    public static func share(_ text: String) throws -> Double {
        guard let share = Double(text) else { throw WorldError(.refused, "write a number from 0 to 1, such as 0.1") }
        return share
    }

    /// Reads a duration. The configuration of the world checks its bounds, which a refusal names.
    public static func duration(_ text: String, _ range: ClosedRange<Duration>) throws -> Duration {
        do {
            return try Duration(iso8601: text)
        } catch {
            throw WorldError(
                .refused,
                "\(error); write an ISO 8601 duration from \(range.lowerBound.iso8601) to "
                    + "\(range.upperBound.iso8601), such as PT0.3S")
        }
    }

    /// Reads the seed, which decides everything that looks like chance.
    public static func seed(_ text: String) throws -> UInt64 {
        guard let seed = UInt64(text) else {
            throw WorldError(.refused, "write a whole number from 0 to \(UInt64.max)")
        }
        return seed
    }
}
