import Foundation
import Synchronization

/// Stands before a port and can make the connections through it go silent: nothing gets through any more in either
/// direction, and no side hears of an end. So a network is that drops what it should carry.
final class SilentProxy: Sendable {
    let port: Int
    private let listener: Int32
    /// How many connections there were, and the first of them that gets through.
    private let connections = Mutex((count: 0, firstAudible: 0))

    /// - Parameter target: the port to which connections lead.
    init(to target: Int) throws {
        let listener = LoopbackSocket.make()
        guard let port = LoopbackSocket.bind(listener, to: 0), listen(listener, 16) == 0 else {
            throw CocoaError(.fileReadUnknown)
        }
        (self.port, self.listener) = (port, listener)
        Thread.detachNewThread { [weak self] in
            while true {
                let caller = accept(listener, nil, nil)
                guard caller >= 0, let self, let broker = try? LoopbackSocket.connected(to: target) else { return }
                let number = connections.withLock { connections in
                    connections.count += 1
                    return connections.count - 1
                }
                forward(caller, broker, number)
                forward(broker, caller, number)
            }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// Makes the connections silent that there are; those that are made from now on get through.
    func silence() { connections.withLock { $0.firstAudible = $0.count } }

    private func isSilent(_ number: Int) -> Bool { connections.withLock { number < $0.firstAudible } }

    private func forward(_ from: Int32, _ to: Int32, _ number: Int) {
        Thread.detachNewThread { [weak self] in
            var bytes = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(from, &bytes, bytes.count)
                if self?.isSilent(number) ?? true {
                    // The end of one side is not told to the other one either.
                    if count <= 0 { return }
                    continue
                }
                guard count > 0, bytes.withUnsafeBytes({ write(to, $0.baseAddress, count) }) == count else {
                    shutdown(to, Int32(SHUT_RDWR))
                    return
                }
            }
        }
    }
}
