import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What a name in the file system stands for: a name may be given to something else.
struct FileNumber: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    /// `nil` where there is nothing of that name. A symbolic link is not followed.
    init?(of path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        (device, inode) = (UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino))
    }
}

/// The socket on which the owner of a store listens, and the name under which it is found.
///
/// The name may be taken away, or given to the socket of somebody else: of a store that was made anew under the same
/// path, for instance. So nothing is removed that is not this socket.
struct ControlListener: ~Copyable {
    let path: String
    private(set) var descriptor: Int32
    private var number: FileNumber?

    /// - Throws: ``ControlError`` with code `unavailable`.
    init(at path: String) throws {
        self.path = path
        descriptor = try ControlSocket.listen(at: path)
        number = FileNumber(of: path)
    }

    /// Whether callers find it.
    var isInPlace: Bool { number != nil && FileNumber(of: path) == number }

    /// Takes the name again, from whatever has it.
    ///
    /// - Throws: ``ControlError`` with code `unavailable`; the old socket then stays as it is.
    mutating func takeName() throws {
        let new = try ControlSocket.listen(at: path)
        ControlSocket.close(descriptor)
        (descriptor, number) = (new, FileNumber(of: path))
    }

    deinit {
        if isInPlace { unlink(path) }
        ControlSocket.close(descriptor)
    }
}

/// Hands something that cannot be copied over to another thread, once.
final class Handover<Value: ~Copyable & Sendable>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: consuming sending Value) { self.value = Mutex(value) }

    func take() -> sending Value? { value.withLock { $0.take() } }
}
