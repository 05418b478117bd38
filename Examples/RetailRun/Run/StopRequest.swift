import Foundation
import Synchronization

/// A signal to stop that comes before the services listen for one.
enum StopRequest {
    private static let made = Atomic(false)

    /// Whether a signal to stop has come since ``listen()``.
    static var isMade: Bool { made.load(ordering: .relaxed) }

    /// Notes SIGTERM and SIGINT from now on, until somebody else handles them.
    static func listen() {
        // Initializes `made`, which a signal handler must not do.
        _ = isMade
        for number in [SIGTERM, SIGINT] { signal(number) { _ in StopRequest.made.store(true, ordering: .relaxed) } }
    }

    /// - Throws: ``CommandFailure`` with code `tryLater` when a signal has come already.
    static func check() throws {
        guard isMade else { return }
        throw CommandFailure(.tryLater, "stopped before it began; the same command goes on from here")
    }
}
