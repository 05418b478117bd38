import SkeinSQLite
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The socket on which the owner of a store listens, and its name in the file system.
///
/// Somebody may remove the name or give it to another socket, for instance to that of a new store under the same path.
/// So the name is removed only while it belongs to this socket.
struct ControlListener: ~Copyable {
    let path: String
    private(set) var descriptor: Int32
    private var identity: FileIdentity?

    /// - Throws: ``ControlError`` with code `unavailable`.
    init(at path: String) throws {
        self.path = path
        descriptor = try ControlSocket.listen(at: path)
        identity = FileIdentity(of: path)
    }

    /// Whether the name belongs to this socket, so that callers find it.
    var isInPlace: Bool { identity != nil && FileIdentity(of: path) == identity }

    /// Listens under the name again, with a new socket, whatever has the name now.
    ///
    /// - Throws: ``ControlError`` with code `unavailable`; the old socket then stays as it is.
    mutating func takeName() throws {
        let new = try ControlSocket.listen(at: path)
        ControlSocket.close(descriptor)
        (descriptor, identity) = (new, FileIdentity(of: path))
    }

    deinit {
        if isInPlace { unlink(path) }
        ControlSocket.close(descriptor)
    }
}

/// Passes a value that cannot be copied to another thread, once.
final class Handover<Value: ~Copyable & Sendable>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: consuming sending Value) { self.value = Mutex(value) }

    func take() -> sending Value? { value.withLock { $0.take() } }
}
