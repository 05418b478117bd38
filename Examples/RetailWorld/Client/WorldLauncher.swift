import Foundation

/// Starts the world of a directory as a process that outlives this one.
public struct WorldLauncher: Sendable {
    private let directory: String
    private let executable: String
    private let options: [String]

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

    /// Returns when the process exists; it needs a moment more until it listens. Where a world runs already, the new
    /// one notices and ends.
    public func launch() throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, 1, directory + "/world.log", O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let arguments = [executable, directory, "--detached"] + options
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child: pid_t = 0
        let failure = posix_spawn(&child, executable, &actions, nil, &pointers, environ)
        guard failure == 0 else {
            throw WorldError(.system, "cannot start \(executable): \(String(cString: strerror(failure)))")
        }
        let process = child
        Thread.detachNewThread {
            var status: Int32 = 0
            _ = waitpid(process, &status, 0)
        }
    }
}
