import SkeinSQLite
import ArgumentParser
import Foundation
import Skein

/// Settings of the process that must be made before anything else runs.
public enum ProcessSetup {
    /// Prepares the process for a command line.
    ///
    /// - Standard streams that are closed are opened such that their use fails. Otherwise the first file or socket that
    ///   the process opens would get what is meant for people.
    /// - `retail run` notes a signal to stop from the first moment on.
    /// - A write beyond the limit on the size of files fails with a reason; by default it would end the process.
    /// - The limit on open files is raised to what a run needs, as far as the system allows.
    /// - The allocator keeps two pools of memory. By default it reserves 64 MiB of address space for each thread, so
    ///   that a limit on address space (`ulimit -v`) would be reached by memory that is not in use.
    /// - `retail run` ends at once, with exit code 71, under a limit on address space that leaves no room for a store.
    public static func prepare(for arguments: [String]) {
        for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 {
            // Gets the lowest number that is free, which is the one.
            _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
        let isRun = arguments.dropFirst().first == RunCommand.configuration.commandName
        if isRun { StopRequest.listen() }
        signal(SIGXFSZ, SIG_IGN)
        DescriptorLimit.raise(to: 1024)
        #if canImport(Glibc)
        typealias Setting = @convention(c) (Int32, Int32) -> Int32
        // `M_ARENA_MAX` of <malloc.h>, which Swift does not import.
        if let set = dlsym(nil, "mallopt") { _ = unsafeBitCast(set, to: Setting.self)(-8, 2) }
        #endif
        if isRun { checkAddressSpace() }
    }

    private static func checkAddressSpace() {
        do {
            try AddressSpaceLimit.check()
        } catch {
            FileHandle.standardError.write(Data("retail run: \(error)\n".utf8))
            exit(71)
        }
    }
}
