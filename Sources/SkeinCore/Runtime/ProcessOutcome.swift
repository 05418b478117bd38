public import SkeinStorage
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// How an instance stands when somebody asks for its outcome.
public enum ProcessOutcome: Sendable, Hashable {
    /// It ended in time with this status. `result` is the encoded value that it returned, or its ``failure``.
    case ended(InstanceStatus, result: Data?)
    /// It goes on; ask again, or look at the instance.
    case accepted

    /// What the process returned; `nil` while it goes on, and for one that did not complete.
    ///
    /// - Throws: ``MessageError`` with code `undecodablePayload` when it returned something else.
    public func value<Value: Decodable>(as type: Value.Type) throws -> Value? {
        guard case .ended(.completed, let result?) = self else { return nil }
        return try PayloadCoder.json.decode(type, from: result)
    }

    /// The business error that ended the process; `nil` while it goes on and when it ended otherwise.
    public var failure: ProcessFailure? {
        guard case .ended(.failed, let result?) = self else { return nil }
        return ProcessFailure(stored: result)
    }

    /// The business error that ended the process, if it has the code of this type; `nil` otherwise.
    ///
    /// - Throws: ``MessageError`` with code `undecodablePayload` when it has that code but was stored without its value
    ///   or cannot be decoded.
    public func failure<Failure: BusinessError>(as type: Failure.Type) throws -> Failure? {
        try failure?.decoded(as: type)
    }
}
