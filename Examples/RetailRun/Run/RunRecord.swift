import Foundation
import SkeinCore

/// The file `runs.jsonl` beside the world's record: a line for each start of `retail run` and one for each orderly end.
///
/// A start without an end was killed, so the file says how many kills the calls of the world may be explained with.
struct RunRecord: Sendable {
    private struct Line: Codable {
        var at: String
        var pid: Int32
        var what: What
    }

    private enum What: String, Codable {
        case started, ended
    }

    static let fileName = "runs.jsonl"
    private let path: String

    init(directory: String) { path = directory + "/" + Self.fileName }

    func noteStart() throws { try note(.started) }

    func noteEnd() throws { try note(.ended) }

    /// How many runs have ended without saying so.
    ///
    /// A torn line, of a run that was killed while it wrote, counts as a start.
    ///
    /// - Parameter living: the process that has the store open; the run that it started last goes on.
    func kills(living: Int32?) -> Int {
        guard let data = FileManager.default.contents(atPath: path) else { return 0 }
        var open = 0
        var lastStart: Int32?
        for line in data.split(separator: UInt8(ascii: "\n")) {
            let line = try? JSONDecoder().decode(Line.self, from: line)
            if line?.what == .ended {
                open -= 1
                lastStart = nil
            } else {
                open += 1
                lastStart = line?.pid
            }
        }
        let goesOn = living != nil && lastStart == living
        return max(0, open - (goesOn ? 1 : 0))
    }

    private func note(_ what: What) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var line = try encoder.encode(Line(at: "\(SystemClock().now)", pid: getpid(), what: what))
        // Begins a line of its own after one that was torn.
        line = [UInt8(ascii: "\n")] + line
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        let count = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        let reason = errno
        if descriptor >= 0 { close(descriptor) }
        guard count == line.count else {
            throw CommandFailure(.cannotCreate, "cannot write \(path): \(String(cString: strerror(reason)))")
        }
    }
}
