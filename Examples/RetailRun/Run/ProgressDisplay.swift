import Foundation
import Skein

/// Shows on standard error how far a run is: one line that changes on a terminal, a line now and then elsewhere.
struct ProgressDisplay {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var lastLine = ContinuousClock.now - .seconds(60)
    /// The path of the store, for what to do about incidents.
    let store: String
    /// What is counted beside orders and charges.
    private let counted: String

    /// - Parameter counted: what is counted beside orders and charges: failed attempts, unless stated.
    init(store: String, counting counted: String = "retries") { (self.store, self.counted) = (store, counted) }

    mutating func show(_ progress: RunProgress, retries: Int, incidents: Int) {
        let now = ContinuousClock.now
        guard isTerminal || now - lastLine >= .seconds(2) else { return }
        lastLine = now
        let text = text(progress, retries, incidents)
        write(isTerminal ? "\r\u{1B}[K" + fitted(text) : text + "\n")
    }

    /// Leaves the last state standing, and says how it came to that.
    func end(_ progress: RunProgress, retries: Int, incidents: Int, closing: String) {
        write((isTerminal ? "\r\u{1B}[K" : "") + text(progress, retries, incidents) + "\n" + closing + "\n")
    }

    /// Says something on a line of its own.
    mutating func say(_ text: String) {
        lastLine = .now - .seconds(60)
        write((isTerminal ? "\r\u{1B}[K" : "") + text + "\n")
    }

    /// What people have to do comes first, where a narrow terminal does not cut it off.
    func text(_ progress: RunProgress, _ retries: Int, _ incidents: Int) -> String {
        let look = "skein incidents --store \(store.shellWord)"
        let held = incidents == 0 ? "" : "\(Counted(incidents, "incident")) open: \(look) | "
        return """
              \(held)orders \(progress.placed)/\(progress.orders), open \(progress.open), \
            fulfilled \(progress.fulfilled), unfulfilled \(progress.notFulfilled), canceled \(progress.canceled) | \
            charges \(progress.charges), \(counted) \(retries)
            """
    }

    /// A line that wraps could not be replaced by the next one.
    private func fitted(_ text: String) -> String {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return text }
        return String(text.prefix(Int(size.ws_col) - 1))
    }

    private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
