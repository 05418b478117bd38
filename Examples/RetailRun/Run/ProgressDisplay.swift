import Foundation

/// Shows on standard error how far a run is: one line that changes on a terminal, a line now and then elsewhere.
struct ProgressDisplay {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var lastLine = ContinuousClock.now - .seconds(60)

    mutating func show(_ progress: RunProgress, retries: Int, incidents: Int) {
        let now = ContinuousClock.now
        guard isTerminal || now - lastLine >= .seconds(2) else { return }
        lastLine = now
        let text = Self.text(progress, retries, incidents)
        write(isTerminal ? "\r\u{1B}[K" + text : text + "\n")
    }

    /// Leaves the last state standing.
    func end(_ progress: RunProgress, retries: Int, incidents: Int) {
        write((isTerminal ? "\r\u{1B}[K" : "") + Self.text(progress, retries, incidents) + "\n")
    }

    static func text(_ progress: RunProgress, _ retries: Int, _ incidents: Int) -> String {
        """
          orders: \(progress.placed)/\(progress.orders) placed, \(progress.open) open, \
        \(progress.fulfilled) fulfilled, \
        \(progress.notFulfilled) not fulfilled, \(progress.canceled) canceled | cards: \(progress.charges) charged, \
        \(progress.declined) declined | \(retries) retries, \(incidents) incidents
        """
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
