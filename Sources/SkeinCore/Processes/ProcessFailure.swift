#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The business error that ended an instance.
public struct ProcessFailure: Sendable, Hashable {
    /// ``BusinessError/code`` of the error.
    public let code: String
    /// The description of the error.
    public let text: String
    /// A JSON object: the code as `error`, the text as `detail`, and either the encoded error as `value` or the reason
    /// why it could not be encoded as `problem`.
    private let stored: Data

    /// The error itself, if it has the code of this type; `nil` otherwise.
    ///
    /// - Throws: ``MessageError`` with code `undecodablePayload` when it has that code but was stored without its value
    ///   or cannot be decoded.
    package func decoded<Failure: BusinessError>(as type: Failure.Type) throws -> Failure? {
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
    /// Reads the stored result of a failed instance; `nil` when it is not readable.
    init?(stored: Data) {
        guard let header = try? JSONDecoder().decode(Header.self, from: stored) else { return nil }
        (code, text, self.stored) = (header.error, header.detail, stored)
    }

    /// Encodes the error that ended an instance. If the error cannot be encoded, or is larger than the largest payload,
    /// only its code and text are kept: by then the instance has ended and its steps are undone.
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
