import SkeinStorage
import SkeinCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The Unix sockets beneath the control server and its client.
enum ControlSocket {
    /// The longest request or response line, in bytes.
    static let maximumLine = 1_048_576

    /// The path of the owner's socket: beside the store, or, when that path is too long for the address of a socket, a
    /// short name in the folder for temporary files.
    static func path(for file: String) -> String {
        let beside = file + ".sock"
        guard beside.utf8.count > capacity else { return beside }
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let name = "skein-\(getuid())-\(String(StableHash.value(of: file), radix: 36)).sock"
        let short = (folder.hasSuffix("/") ? folder : folder + "/") + name
        return short.utf8.count > capacity ? "/tmp/" + name : short
    }

    /// Listens, for the user of this process alone. Removes a socket of that name: only the owner of the store may
    /// listen for it, so the socket is left over from an earlier owner.
    static func listen(at path: String) throws -> Int32 {
        try removeStale(path)
        let descriptor = try make()
        do {
            try withAddress(path) { address, length in
                // No one can connect between these calls: a socket that does not listen yet refuses.
                guard bind(descriptor, address, length) == 0, chmod(path, 0o600) == 0,
                    systemListen(descriptor, 16) == 0
                else { throw failure("listen on \(path)") }
            }
            try setNonblocking(descriptor)
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Connects and limits how long one read or write may take.
    static func connect(to path: String, timeoutInSeconds: Int) throws -> Int32 {
        let descriptor = try make()
        do {
            var limit = timeval()
            limit.tv_sec = timeoutInSeconds
            let size = socklen_t(MemoryLayout<timeval>.size)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
            setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
            try withAddress(path) { address, length in
                guard systemConnect(descriptor, address, length) == 0 else {
                    throw refusal(path, timeoutInSeconds: timeoutInSeconds)
                }
            }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Lets a caller of a listening socket in.
    ///
    /// - Returns: the connection, or an `errno` below zero.
    static func accept(_ listener: Int32) -> Int32 {
        #if canImport(Darwin)
        let connection = Darwin.accept(listener, nil, nil)
        #elseif canImport(Glibc)
        let connection = Glibc.accept(listener, nil, nil)
        #else
        let connection = Musl.accept(listener, nil, nil)
        #endif
        return connection >= 0 ? connection : -errno
    }

    static func setNonblocking(_ descriptor: Int32) throws {
        guard fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0 else {
            throw failure("set up a socket")
        }
    }

    /// Sends without raising SIGPIPE.
    static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Darwin)
        Darwin.send(descriptor, bytes.baseAddress, bytes.count, 0)
        #elseif canImport(Glibc)
        Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        #else
        Musl.send(descriptor, bytes.baseAddress, bytes.count, MSG_NOSIGNAL)
        #endif
    }

    static func failure(_ action: String) -> ControlError {
        ControlError(.unavailable, "cannot \(action): \(String(cString: strerror(errno)))")
    }

    /// The error for a failed connection, by `errno`.
    private static func refusal(_ path: String, timeoutInSeconds: Int) -> ControlError {
        switch errno {
        case EAGAIN, EINPROGRESS, ETIMEDOUT: silence(path, timeoutInSeconds: timeoutInSeconds)
        case ECONNREFUSED, ENOENT:
            ControlError(
                .unavailable,
                "nobody listens on \(path); the owner of the store is starting or stopping, or its socket was "
                    + "removed, and it makes another within a second. Try again")
        default: failure("connect to \(path)")
        }
    }

    /// The error for an owner that listens but neither reads nor writes.
    static func silence(_ path: String, timeoutInSeconds: Int) -> ControlError {
        ControlError(
            .noAnswer,
            "the owner of the store listens on \(path), but has not answered for \(timeoutInSeconds) seconds; it "
                + "hangs, is stopped, or the machine is busy. What was asked of it may still be carried out")
    }

    /// Closes a descriptor; for types in which `close` means another method.
    static func close(_ descriptor: Int32) {
        #if canImport(Darwin)
        _ = Darwin.close(descriptor)
        #elseif canImport(Glibc)
        _ = Glibc.close(descriptor)
        #else
        _ = Musl.close(descriptor)
        #endif
    }

    private static var capacity: Int { MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1 }

    private static func make() throws -> Int32 {
        #if canImport(Glibc)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { throw failure("make a socket") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        #if canImport(Darwin)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
        #endif
        return descriptor
    }

    private static func removeStale(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw ControlError(.unavailable, "cannot listen on \(path): a file of that name is there; move it away")
        }
        guard unlink(path) == 0 else { throw failure("remove the old socket \(path)") }
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void) throws
    {
        guard path.utf8.count <= capacity else {
            throw ControlError(
                .unavailable, "the path of a socket has at most \(capacity) bytes, and this has more: \(path)")
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        try withUnsafePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func systemListen(_ descriptor: Int32, _ backlog: Int32) -> Int32 {
        #if canImport(Darwin)
        Darwin.listen(descriptor, backlog)
        #elseif canImport(Glibc)
        Glibc.listen(descriptor, backlog)
        #else
        Musl.listen(descriptor, backlog)
        #endif
    }

    private static func systemConnect(
        _ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t
    ) -> Int32 {
        #if canImport(Darwin)
        Darwin.connect(descriptor, address, length)
        #elseif canImport(Glibc)
        Glibc.connect(descriptor, address, length)
        #else
        Musl.connect(descriptor, address, length)
        #endif
    }
}
