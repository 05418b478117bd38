import Foundation
import Skein

/// Shows on standard error how far a run is: one line that changes on a terminal, a line now and then elsewhere.
struct ProgressDisplay {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var lastLine = ContinuousClock.now - .seconds(60)
    private let store: String

    /// - Parameter store: the path of the store, for what to do about incidents.
    init(store: String) { self.store = store }

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

    /// What people have to do comes first, where a narrow terminal does not cut it off.
    func text(_ progress: RunProgress, _ retries: Int, _ incidents: Int) -> String {
        let look = "skein incidents --store \(store.shellWord)"
        let held = incidents == 0 ? "" : "\(Counted(incidents, "incident")) open: \(look) | "
        return """
              \(held)orders \(progress.placed)/\(progress.orders), open \(progress.open), \
            fulfilled \(progress.fulfilled), unfulfilled \(progress.notFulfilled), canceled \(progress.canceled) | \
            charges \(progress.charges), retries \(retries)
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
