#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension Timestamp {
    /// The microsecond in which a date of Foundation lies. Dates further than 290,000 years from 1970 become the first
    /// or the last instant that there is.
    public init(_ date: Date) {
        let microseconds = (date.timeIntervalSince1970 * 1_000_000).rounded(.down)
        self.init(microseconds: Int64(exactly: microseconds) ?? (microseconds < 0 ? .min : .max))
    }

    /// The same instant for Foundation, as near as a `Double` of seconds comes to it.
    public var date: Date { Date(timeIntervalSince1970: Double(microseconds) / 1_000_000) }
}
