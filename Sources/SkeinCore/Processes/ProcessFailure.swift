#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The business error that ended an instance, as it is stored.
public struct ProcessFailure: Sendable, Hashable {
    /// ``BusinessError/code`` of the error.
    public let code: String
    /// The error in words.
    public let text: String
    /// A JSON object with the code as `error`, the text as `detail`, and the encoded error as `value`, or why there is
    /// none as `problem`.
    private let stored: Data

    /// The error itself, if it is of this type, told by its code; `nil` for another one.
    ///
    /// - Throws: ``MessageError`` with code `undecodablePayload` when it has the code of the type and cannot be decoded
    ///   as such.
    public func decoded<Failure: BusinessError>(as type: Failure.Type) throws -> Failure? {
        guard code == Failure.code else { return nil }
        if let problem = try PayloadCoder.json.decode(Header.self, from: stored).problem {
            throw MessageError(
                .undecodablePayload, "the business error '\(code)' was stored without its value: \(problem)")
        }
        return try PayloadCoder.json.decode(Whole<Failure>.self, from: stored).value
    }

    private struct Header: Decodable {
        var error: String
        var detail: String
        var problem: String?
    }

    private struct Whole<Value: Decodable>: Decodable {
        var value: Value
    }
}

extension ProcessFailure {
    /// Reads the result of an instance that has failed.
    init?(stored: Data) {
        guard let header = try? JSONDecoder().decode(Header.self, from: stored) else { return nil }
        (code, text, self.stored) = (header.error, header.detail, stored)
    }

    /// The result of an instance that an error has ended. An error that cannot be encoded, or is larger than a payload
    /// may be, keeps its code and text: the instance has ended all the same, and what it did is undone.
    static func result(_ error: any BusinessError, _ factory: MessageFactory) -> Data {
        var json = JSONWriter()
        json.open("{")
        json.member("detail", "\(error)")
        json.member("error", type(of: error).code)
        do {
            let value = try factory.encode(error, as: "the business error '\(type(of: error).code)'")
            json.member(named: "value", raw: value)
        } catch {
            json.member("problem", "\(error)")
        }
        json.close("}")
        return Data(json.bytes)
    }
}
