#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The encoded content of a message, with the format that it is in.
public struct Payload: Hashable, Sendable {
    /// The media type (RFC 2046) of ``bytes``, such as `application/json`.
    public var contentType: String
    /// The content as it travels; nothing between sender and handler changes a byte of it.
    public var bytes: Data

    /// The largest payload that is accepted, in bytes, unless a runtime is configured otherwise.
    package static let defaultMaximumSize = 1_048_576

    public init(contentType: String = "application/json", bytes: Data) {
        (self.contentType, self.bytes) = (contentType, bytes)
    }
}
