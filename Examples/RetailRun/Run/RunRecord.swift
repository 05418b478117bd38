import Foundation
import SkeinCore

/// The file `runs.jsonl` beside the world's record: a line for each start of `retail run` and one for its end.
///
/// A start without an end was killed, so the file says how many kills the calls of the world may be explained with. The
/// room for the end is taken with the start, so that a run that ends because there is no room can still say so.
struct RunRecord: Sendable {
    private struct Line: Codable {
        var at: String
        var pid: Int32
        var what: What
        /// Why a run has failed, as its exit code.
        var code: Int32?
    }

    private enum What: String, Codable {
        case started, ended, failed
    }

    /// How often runs were interrupted.
    struct Interruptions: Sendable, Hashable {
        /// Runs that have ended without saying so.
        var kills = 0
        /// Runs that have ended themselves because of an error; what they were doing is repeated, as after a kill.
        var failures = 0
    }

    /// A run whose start is noted.
    struct Started: Sendable {
        fileprivate let record: RunRecord
        fileprivate let place: off_t

        /// Notes an end in order.
        func noteEnd() throws { try record.overwrite(place, .ended, code: nil) }

        /// Notes an end for an error, as well as that can be done: the folder may be gone.
        func noteFailure(code: Int32) { try? record.overwrite(place, .failed, code: code) }
    }

    static let fileName = "runs.jsonl"
    /// How many bytes a line has; shorter ones are filled up with spaces.
    private static let length = 160
    private let path: String

    init(directory: String) { path = directory + "/" + Self.fileName }

    /// - Throws: ``CommandFailure`` with code `cannotCreate`.
    func noteStart() throws -> Started {
        let descriptor = try open(O_WRONLY | O_CREAT)
        defer { close(descriptor) }
        // Begins a line of its own after one that was torn.
        let start = Data("\n".utf8) + (try line(.started, code: nil))
        let room = Data(repeating: UInt8(ascii: " "), count: Self.length - 1) + Data("\n".utf8)
        let size = lseek(descriptor, 0, SEEK_END)
        try write(start + room, at: size, to: descriptor)
        return Started(record: self, place: size + off_t(start.count))
    }

    /// How often runs were interrupted.
    ///
    /// A torn line, of a run that was killed while it wrote, counts as a start.
    ///
    /// - Parameter living: the process that has the store open; the run that it started last goes on.
    func interruptions(living: Int32?) -> Interruptions {
        guard let data = FileManager.default.contents(atPath: path) else { return Interruptions() }
        var (open, failures) = (0, 0)
        var lastStart: Int32?
        for line in data.split(separator: UInt8(ascii: "\n")) where line.contains(where: { $0 != UInt8(ascii: " ") }) {
            let line = try? JSONDecoder().decode(Line.self, from: line)
            switch line?.what {
            case .ended, .failed:
                open -= 1
                if line?.what == .failed { failures += 1 }
                lastStart = nil
            case .started, nil:
                open += 1
                lastStart = line?.pid
            }
        }
        let goesOn = living != nil && lastStart == living
        return Interruptions(kills: max(0, open - (goesOn ? 1 : 0)), failures: failures)
    }

    private func overwrite(_ place: off_t, _ what: What, code: Int32?) throws {
        let descriptor = try open(O_WRONLY)
        defer { close(descriptor) }
        try write(line(what, code: code), at: place, to: descriptor)
    }

    private func line(_ what: What, code: Int32?) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let text = try encoder.encode(Line(at: "\(SystemClock().now)", pid: getpid(), what: what, code: code))
        return text + Data(repeating: UInt8(ascii: " "), count: max(0, Self.length - 1 - text.count))
            + Data("\n".utf8)
    }

    private func open(_ flags: Int32) throws -> Int32 {
        let descriptor = Foundation.open(path, flags | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(errno) }
        return descriptor
    }

    private func write(_ line: Data, at place: off_t, to descriptor: Int32) throws {
        let count = line.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, place) }
        guard count == line.count else { throw failure(count < 0 ? errno : ENOSPC) }
    }

    private func failure(_ reason: Int32) -> CommandFailure {
        CommandFailure(.cannotCreate, "cannot write \(path): \(String(cString: strerror(reason)))")
    }
}
