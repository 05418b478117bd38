import Foundation
import Skein

/// The file `runs.jsonl` beside the world's record: a line for each start of `retail run` and one for its end. Each
/// part of a shop has a file of its own, `runs-order.jsonl` for instance.
///
/// A start without an end means a kill, so the file tells the audit how many kills may explain repeated calls. The
/// start also takes the room for the end, so that a run can note its end even when it ends because the disk is full.
struct RunRecord: Sendable {
    private struct Line: Codable {
        var at: String
        var pid: Int32
        var what: What
        /// The exit code of a run that failed.
        var code: Int32?
    }

    private enum What: String, Codable {
        case started, ended, failed
    }

    /// How often runs were interrupted.
    struct Interruptions: Sendable, Hashable {
        /// Runs whose end is not noted.
        var kills = 0
        /// Runs that ended because of an error. The next run repeats what they were doing, as after a kill.
        var failures = 0
    }

    /// A run whose start is noted.
    struct Started: Sendable {
        fileprivate let record: RunRecord
        fileprivate let place: off_t

        /// Notes an orderly end.
        func noteEnd() throws { try record.overwrite(place, .ended, code: nil) }

        /// Notes an end because of an error, if possible: the folder may be gone.
        func noteFailure(code: Int32) { try? record.overwrite(place, .failed, code: code) }
    }

    static let fileName = "runs.jsonl"
    /// The length of a line in bytes; shorter lines are filled with spaces.
    private static let length = 160
    private let path: String

    /// - Parameter part: the name of the process, for a part of a shop.
    init(directory: String, part: String? = nil) {
        path = directory + "/" + (part.map { "runs-\($0).jsonl" } ?? Self.fileName)
    }

    /// Whether a run has begun before.
    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// Notes the start of a run.
    ///
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
