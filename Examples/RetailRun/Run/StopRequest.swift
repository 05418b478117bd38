import Foundation
import Synchronization

/// A wish to stop that comes before the services listen for one.
enum StopRequest {
    private static let made = Atomic(false)

    /// Whether somebody has asked this process to stop since ``listen()``.
    static var isMade: Bool { made.load(ordering: .relaxed) }

    /// Takes the signals that ask a process to stop, from now on until somebody else takes them.
    static func listen() {
        // Made before a signal can come: its handler may do next to nothing.
        _ = isMade
        for number in [SIGTERM, SIGINT] { signal(number) { _ in StopRequest.made.store(true, ordering: .relaxed) } }
    }

    /// - Throws: ``CommandFailure`` with code `tryLater` where the wish has come already.
    static func check() throws {
        guard isMade else { return }
        throw CommandFailure(.tryLater, "stopped before it began; the same command goes on from here")
    }
}
