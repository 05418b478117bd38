import Foundation

/// The standard input of a process that a supervisor has started. Nobody writes to it; it ends with the supervisor,
/// however that dies.
enum Lifeline {
    /// Asks this process to stop when its standard input ends.
    static func hold() {
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count == 0 || count < 0 && errno != EINTR { break }
            }
            kill(getpid(), SIGTERM)
        }
    }
}
