#if Kafka
import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// A server that answers everything as a web server answers nonsense.
final class HTTPStranger: Sendable {
    struct Failure: Error {}

    let port: Int
    private let listener: Int32

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) + listen(listener, 16) + getsockname(listener, address, &size)
            }
        }
        guard listener >= 0, result == 0 else { throw Failure() }
        port = Int(in_port_t(bigEndian: address.sin_port))
        self.listener = listener
        Thread.detachNewThread {
            while true {
                let peer = accept(listener, nil, nil)
                guard peer >= 0 else { return }
                var buffer = [UInt8](repeating: 0, count: 1024)
                _ = recv(peer, &buffer, buffer.count, 0)
                let answer = Array("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".utf8)
                _ = send(peer, answer, answer.count, Int32(MSG_NOSIGNAL))
                close(peer)
            }
        }
    }

    /// Ends the server.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}
#endif
