public import Foundation

/// A Unix socket without any protocol, for tests of what answers wrongly or not at all. Calls block.
public final class RawSocket: Sendable {
    private let descriptor: Int32

    /// Connects to whoever listens at a path.
    public convenience init(connectingTo path: String) throws {
        try self.init(path) { connect($0, $1, $2) }
    }

    /// Listens at a path without ever accepting a caller.
    ///
    /// - Parameter crowd: how many may wait.
    public convenience init(ignoringCallersAt path: String, crowd: Int32 = 64) throws {
        // Linux lets one more caller wait than it is told.
        try self.init(path) { bind($0, $1, $2) == 0 ? listen($0, crowd - 1) : -1 }
    }

    private init(_ path: String, _ use: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32) throws {
        #if canImport(Glibc)
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #else
        descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
        #endif
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let outcome = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                use(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard outcome == 0 else { throw CocoaError(.fileReadUnknown) }
    }

    deinit { close(descriptor) }

    /// Writes bytes until the other side is gone, and reads one line of the answer.
    public func exchange(_ bytes: Data) -> String {
        write(bytes)
        return readLine()
    }

    /// Writes bytes until the other side is gone.
    public func write(_ bytes: Data) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Self.send(descriptor, $0) }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads up to the end of a line, or of everything.
    public func readLine() -> String {
        var (line, byte) = (Data(), UInt8(0))
        while read(descriptor, &byte, 1) == 1, byte != 0x0A { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }

    /// When the other side is gone this is an error, not a signal.
    private static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Darwin)
        var isOn: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &isOn, socklen_t(MemoryLayout<Int32>.size))
        return Foundation.send(descriptor, bytes.baseAddress, bytes.count, 0)
        #else
        return Foundation.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        #endif
    }
}
