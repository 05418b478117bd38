/// The number of an incident in its store.
///
/// It stays the same over restarts, and is never given to another incident of that store.
public struct IncidentID: RawRepresentable, Hashable, Sendable, Codable {
    /// 1 or more, in the order of creation.
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// Below every number, where a listing begins.
    package static let min = IncidentID(rawValue: .min)
    /// Above every number.
    package static let max = IncidentID(rawValue: .max)
}

extension IncidentID: Comparable {
    public static func < (left: IncidentID, right: IncidentID) -> Bool { left.rawValue < right.rawValue }
}

extension IncidentID: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(rawValue: value) }
}

extension IncidentID: LosslessStringConvertible {
    /// Reads the digits of a number.
    public init?(_ description: String) {
        guard let number = Int64(description) else { return nil }
        self.init(rawValue: number)
    }

    /// The number in digits, as commands and logs show it.
    public var description: String { String(rawValue) }
}
