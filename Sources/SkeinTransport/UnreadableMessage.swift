#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A message that nobody could read, as it came.
public struct UnreadableMessage: Sendable, Hashable {
    /// The ordering key, where it has one.
    public var key: String?
    /// The headers, by name.
    public var headers: [String: String]
    /// The body.
    public var body: Data
    /// Why it cannot be read: names the header or attribute.
    public var reason: String

    public init(key: String? = nil, headers: [String: String], body: Data, reason: String) {
        (self.key, self.headers, self.body, self.reason) = (key, headers, body, reason)
    }
}
