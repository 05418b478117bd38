import Foundation

/// Sockets of the loopback interface, without any protocol.
final class LoopbackSocket: Sendable {
    let port: Int
    private let descriptor: Int32

    /// Listens at a free port.
    init() throws {
        descriptor = Self.make()
        guard let port = Self.bind(descriptor, to: 0), listen(descriptor, 16) == 0 else {
            throw CocoaError(.fileReadUnknown)
        }
        self.port = port
    }

    deinit { close(descriptor) }

    /// Accepts one caller in a thread of its own and answers whatever it says with a text; an empty text is no answer,
    /// and the connection stays open until the caller ends it. With `nil` it is ended at once.
    func answer(_ text: String?) {
        let listener = descriptor
        Thread.detachNewThread { [self] in
            withExtendedLifetime(self) {
                let caller = accept(listener, nil, nil)
                guard let text else {
                    close(caller)
                    return
                }
                var bytes = [UInt8](repeating: 0, count: 4096)
                _ = read(caller, &bytes, bytes.count)
                if !text.isEmpty {
                    _ = Array(text.utf8).withUnsafeBytes { write(caller, $0.baseAddress, $0.count) }
                }
                while read(caller, &bytes, bytes.count) > 0 {}
                close(caller)
            }
        }
    }

    /// Whether anybody accepts connections at a port.
    static func accepts(_ port: Int) -> Bool {
        let descriptor = make()
        defer { close(descriptor) }
        return withAddress(port) { connect(descriptor, $0, $1) == 0 }
    }

    /// A connection to a port.
    static func connected(to port: Int) throws -> Int32 {
        let descriptor = make()
        guard withAddress(port, { connect(descriptor, $0, $1) == 0 }) else {
            close(descriptor)
            throw CocoaError(.fileReadUnknown)
        }
        return descriptor
    }

    static func make() -> Int32 {
        #if canImport(Glibc)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    /// - Returns: the port, which the system chooses for port 0.
    static func bind(_ descriptor: Int32, to port: Int) -> Int? {
        guard withAddress(port, { Foundation.bind(descriptor, $0, $1) == 0 }) else { return nil }
        var (address, length) = (sockaddr_in(), socklen_t(MemoryLayout<sockaddr_in>.size))
        let outcome = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return outcome == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }

    private static func withAddress<Result>(
        _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
