import Foundation
import Synchronization

/// Starts the world of a directory as a process that outlives this one.
public final class WorldLauncher: Sendable {
    private let directory: String
    private let executable: String
    private let options: [String]
    private let failed = Mutex<WorldError?>(nil)

    /// - Parameters:
    ///   - directory: where the world keeps its record.
    ///   - options: further arguments of `retail-world`.
    /// - Throws: ``WorldError`` when `retail-world` does not lie beside the program that runs.
    public init(directory: String, options: [String] = []) throws {
        guard let place = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent() else {
            throw WorldError(.system, "the system does not say where this program lies")
        }
        executable = place.appendingPathComponent("retail-world").path
        guard FileManager.default.isExecutableFile(atPath: executable) else {
            throw WorldError(
                .system, "\(executable) is missing; build it with: swift build --product retail-world")
        }
        (self.directory, self.options) = (directory, options)
    }

    /// Why a world that was started cannot be, with its last words; `nil` as long as none has ended with an error.
    ///
    /// A world that was killed is not meant: the next one goes on where it was.
    public var failure: WorldError? { failed.withLock { $0 } }

    private var log: String { directory + "/world.log" }

    /// Returns when the process exists; it needs a moment more until it listens. Where a world runs already, the new
    /// one notices and ends.
    ///
    /// - Throws: ``WorldError`` with code `unreachable` when the system starts no process; ``failure`` says so too.
    public func launch() throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let arguments = [executable, directory, "--detached"] + options
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child: pid_t = 0
        let outcome = posix_spawn(&child, executable, &actions, nil, &pointers, environ)
        guard outcome == 0 else {
            let error = WorldError(.unreachable, "cannot start \(executable): \(String(cString: strerror(outcome)))")
            failed.withLock { $0 = error }
            throw error
        }
        let process = child
        Thread.detachNewThread { [self] in
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
            // The lower seven bits name the signal that has killed a process, the next byte is the code of one that
            // has ended by itself.
            let code = (status >> 8) & 0xFF
            guard status & 0x7F == 0, code != 0 else { return }
            failed.withLock { [self] in
                $0 = WorldError(
                    .unreachable, "the outside world has ended with exit code \(code): \(lastWords(of: code))")
            }
        }
    }

    /// The last error in the world's log. A world without room for its record cannot write its log either, so for that
    /// exit code the log is not read: its last error would be that of an earlier world.
    private func lastWords(of code: Int32) -> String {
        if code == WorldError(.full, "").exitCode {
            return
                "it cannot write in \(directory): the disk, a quota or the limit on the size of files is full, or the "
                + "directory is read-only; make room"
        }
        let text = FileManager.default.contents(atPath: log).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let lines = text.split(separator: "\n")
        guard let line = lines.last(where: { $0.hasPrefix("Error: ") }) ?? lines.last else {
            return "it has left no word in \(log)"
        }
        return line.hasPrefix("Error: ") ? String(line.dropFirst(7)) : String(line)
    }
}
