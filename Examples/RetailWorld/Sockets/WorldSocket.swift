import SkeinStorage
import Foundation
import Skein

/// Blocking Unix sockets, for threads of one's own.
struct WorldSocket: Sendable {
    let descriptor: Int32

    /// The path at which a new world of a directory listens: in the directory, or, when that path is too long for a
    /// socket, in the folder for temporary files. There the name contains the process id. A name from the directory
    /// alone could lead callers to the world of an earlier directory with the same path.
    static func newPath(in directory: String) -> String {
        let directory = resolved(directory)
        return pathInside(directory) ?? "\(fallback(for: directory))\(getpid()).sock"
    }

    /// The path at which to call the world of a directory; `nil` when only the lock file could tell it, and does not.
    static func path(in directory: String) -> String? {
        let directory = resolved(directory)
        if let path = pathInside(directory) { return path }
        guard let path = WorldLock.lastOwner(of: directory)?.socket, path.hasPrefix(fallback(for: directory)) else {
            return nil
        }
        return path
    }

    private static func resolved(_ directory: String) -> String {
        let path = realpath(directory, nil)
        defer { free(path) }
        return path.map { String(cString: $0) } ?? directory
    }

    private static func pathInside(_ directory: String) -> String? {
        let path = directory + "/world.sock"
        return path.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) ? path : nil
    }

    private static func fallback(for directory: String) -> String {
        "/tmp/retail-world-\(getuid())-\(String(StableHash.value(of: directory), radix: 16))-"
    }

    /// Listens, in place of whatever was left by one that died.
    static func listen(at path: String) throws -> WorldSocket {
        unlink(path)
        let socket = try make()
        guard try socket.withAddress(path, { systemBind(socket.descriptor, $0, $1) }) == 0,
            systemListen(socket.descriptor, 128) == 0
        else {
            let error = WorldError.system("listen at \(path)")
            socket.close()
            throw error
        }
        return socket
    }

    /// - Throws: ``WorldError``: `unreachable` when nobody listens, `silent` when a world listens but accepts no
    ///   caller.
    static func connect(to path: String) throws -> WorldSocket {
        let socket = try make()
        // When too many callers wait already, a non-blocking socket fails instead of joining them.
        socket.setBlocking(false)
        guard try socket.withAddress(path, { systemConnect(socket.descriptor, $0, $1) }) == 0 else {
            let isBusy = errno == EAGAIN || errno == EINPROGRESS
            let error = WorldError(
                isBusy ? .silent : .unreachable, WorldError.system("connect to \(path)").description)
            socket.close()
            throw error
        }
        socket.setBlocking(true)
        return socket
    }

    private func setBlocking(_ isBlocking: Bool) {
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, isBlocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK)
    }

    /// Waits for a caller, at most the given time; `nil` when none came.
    func accept(within milliseconds: Int32) -> WorldSocket? {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard systemPoll(&poll, 1, milliseconds) > 0 else { return nil }
        let accepted = systemAccept(descriptor, nil, nil)
        guard accepted >= 0 else { return nil }
        return WorldSocket(descriptor: accepted).prepared()
    }

    /// Writes everything; `false` when the other side is gone.
    func send(_ data: Data) -> Bool {
        data.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = systemSend(descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }

    /// Calls back with each line until the other side is gone or sends a line that is too long.
    func eachLine(_ body: (Data) -> Void) {
        var rest = Data()
        var bytes = [UInt8](repeating: 0, count: 16_384)
        while rest.count < 1_048_576 {
            let count = read(descriptor, &bytes, bytes.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest.append(contentsOf: bytes[..<count])
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                body(Data(rest[..<end]))
                rest = Data(rest[(end + 1)...])
            }
        }
    }

    /// Ends both directions, so that whoever reads from it returns; the descriptor stays taken until ``close()``.
    func shutdown() { _ = systemShutdown(descriptor, Int32(SHUT_RDWR)) }

    func close() { systemClose(descriptor) }

    private static func make() throws -> WorldSocket {
        let descriptor = systemSocket()
        guard descriptor >= 0 else { throw WorldError.system("make a socket") }
        return WorldSocket(descriptor: descriptor).prepared()
    }

    private func prepared() -> WorldSocket {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        #if canImport(Darwin)
        var isOn: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &isOn, socklen_t(MemoryLayout<Int32>.size))
        #endif
        return self
    }

    private func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else {
            throw WorldError(.system, "the path of a socket has at most \(room - 1) bytes: \(path)")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
