import Foundation
import Synchronization

/// Ports that nobody has.
enum FreePorts {
    private static let given = Mutex<Set<Int>>([])

    /// Ports that were free a moment ago, and that no other test of this process gets.
    static func take(_ count: Int) throws -> [Int] {
        var ports: [Int] = []
        while ports.count < count {
            let descriptor = LoopbackSocket.make()
            defer { close(descriptor) }
            guard let port = LoopbackSocket.bind(descriptor, to: 0) else { throw CocoaError(.fileReadUnknown) }
            if given.withLock({ $0.insert(port).inserted }) { ports.append(port) }
        }
        return ports
    }
}
