import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Asks the process that has a store open. Calls block: they are for tools, not for handlers.
public struct ControlClient: Sendable {
    /// The socket of the owner; see ``StoreOwner/socket``.
    public let path: String
    /// How long one answer may take.
    public var timeoutInSeconds = 30

    public init(path: String) { self.path = path }

    /// Sends a request and waits for its answer.
    ///
    /// - Throws: ``ControlError``: `unavailable` when nobody listens, `noAnswer` when the owner does not answer in
    ///   time, `malformed` or `failed` as the owner says; `ActionError` when the owner refuses the action.
    public func send(_ request: ControlRequest) throws -> ControlResponse {
        let descriptor = try ControlSocket.connect(to: path, timeoutInSeconds: timeoutInSeconds)
        defer { close(descriptor) }
        try write(JSONEncoder().encode(request) + [0x0A], to: descriptor)
        let line = try readLine(from: descriptor)
        guard let response = try? JSONDecoder().decode(ControlResponse.self, from: line) else {
            throw ControlError(.unavailable, "what answers on \(path) is no owner of a store")
        }
        guard let error = response.error else { return response }
        if error.code == "refused" { throw ActionError(.init(error.refusal ?? "refused"), error.message) }
        throw ControlError(error.code == "malformed" ? .malformed : .failed, error.message)
    }

    private func write(_ data: Data, to descriptor: Int32) throws {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { ControlSocket.send(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { throw ControlSocket.silence(path, timeoutInSeconds: timeoutInSeconds) }
            guard count > 0 else { throw ControlSocket.failure("send to \(path)") }
            rest = rest.dropFirst(count)
        }
    }

    private func readLine(from descriptor: Int32) throws -> Data {
        var line = Data()
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &bytes, bytes.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { throw ControlSocket.silence(path, timeoutInSeconds: timeoutInSeconds) }
            guard count >= 0 else { throw ControlSocket.failure("read from \(path)") }
            guard count > 0 else {
                throw ControlError(.unavailable, "the owner of \(path) has closed the connection; it may be stopping")
            }
            if let end = bytes[0..<count].firstIndex(of: 0x0A) { return line + bytes[0..<end] }
            line.append(contentsOf: bytes[0..<count])
        }
    }
}
