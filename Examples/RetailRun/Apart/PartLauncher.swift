import Foundation
import Skein

/// Starts the processes of the parts: each is this program, with `--only`, its log as its output, and a standard input
/// that ends with this process.
struct PartLauncher {
    private let executable: String
    private let arguments: [String]
    private let environment: [String: String]
    private let folder: ShopFolder
    /// The standard input of all parts. Nobody but this process has its other end.
    private let lifeline: Int32

    /// - Parameters:
    ///   - arguments: those of `retail run`, for all parts.
    ///   - variables: what all parts have in their environment beside that of this process.
    init(folder: ShopFolder, arguments: [String], variables: [String: String]) throws {
        guard let place = Bundle.main.executableURL?.resolvingSymlinksInPath().path else {
            throw CommandFailure(.software, "the system does not say where this program lies")
        }
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw CommandFailure(.limited, "the system gives no pipe: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (executable, self.arguments, self.folder, lifeline) = (place, arguments, folder, ends[0])
        environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    }

    /// Starts the process of a part, out of reach of the signals of a terminal: the supervisor passes them on.
    ///
    /// - Throws: ``CommandFailure`` with code `limited` when the system starts none.
    func start(_ part: String) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, lifeline, 0)
        posix_spawn_file_actions_addopen(&actions, 1, folder.log(of: part), O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        let words =
            [executable, "run", "--only", part, "--supervised"] + arguments + ["--store", folder.file(of: part)]
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in pointers + variables { free(pointer) } }
        var child: pid_t = 0
        let outcome = posix_spawn(&child, executable, &actions, &attributes, &pointers, &variables)
        guard outcome == 0 else {
            throw CommandFailure(
                .limited, "cannot start the process of \(part): \(String(cString: strerror(outcome)))")
        }
        return child
    }

    /// How a process has ended; `nil` while it has not.
    static func end(of process: Int32) -> PartLife.End? {
        var status: Int32 = 0
        let found = waitpid(process, &status, WNOHANG)
        if found == 0 || found < 0 && errno == EINTR { return nil }
        // The lower seven bits name the signal that has killed a process, the next byte is the code of one that has
        // ended by itself.
        return status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .killed(by: status & 0x7F)
    }

    /// The last line in the log of a part.
    func lastWord(of part: String) -> String {
        let text = FileManager.default.contents(atPath: folder.log(of: part))
        let line = text.map { String(decoding: $0, as: UTF8.self) }?.split(separator: "\n").last
        return line.map(String.init) ?? "it has left no word in \(folder.log(of: part))"
    }
}
