import ArgumentParser
import Foundation
import SkeinSQLite

/// What the process of a program is given before it does anything.
public enum ProcessSetup {
    /// Sets the process up for a command line.
    ///
    /// - A run takes the wish to stop from its first moment on.
    /// - A file that reaches the limit on its size makes a write fail, with a reason, instead of ending the process.
    /// - The limit on open files is raised as far as the system lets it, and as far as a run can use it.
    /// - The allocator keeps two pools of memory, and not one for each thread, each of which takes 64 MiB of address
    ///   space: a limit on that (`ulimit -v`) is then reached by what is in use.
    public static func prepare(for arguments: [String]) {
        if arguments.dropFirst().first == RunCommand.configuration.commandName { StopRequest.listen() }
        signal(SIGXFSZ, SIG_IGN)
        DescriptorLimit.raise(to: 1024)
        #if canImport(Glibc)
        typealias Setting = @convention(c) (Int32, Int32) -> Int32
        // `M_ARENA_MAX` of <malloc.h>, which Swift does not import.
        if let set = dlsym(nil, "mallopt") { _ = unsafeBitCast(set, to: Setting.self)(-8, 2) }
        #endif
    }
}
