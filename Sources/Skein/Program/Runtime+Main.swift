public import SkeinStorage
#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension Runtime {
    /// Is the main function of a program: runs components on a store until the program is told to stop, and ends the
    /// process.
    ///
    /// ```swift
    /// @main
    /// enum Shop {
    ///     static func main() async {
    ///         await Runtime.main(store: try .sqlite("shop.db"), orders, payments)
    ///     }
    /// }
    /// ```
    ///
    /// All of ``runUntilStopped(_:)`` holds. The exit code is 0 after SIGTERM or SIGINT, when everything under way has
    /// ended or the drain timeout is over. For an error the code is as in `sysexits.h`, and the text goes to standard
    /// error behind the program's name: 66 where the file is no usable store, 69 for a store of a newer version, 71 and
    /// 73 for limits and failures of the system, 75 for a store that another process has, 78 for components that
    /// cannot run together, and 70 for all else.
    ///
    /// With `--help` or `-h` as its first argument the program says what it runs, and ends without opening the store. A
    /// program with arguments of its own reads them before this call.
    ///
    /// Components in other processes are reached by channels:
    ///
    /// ```swift
    /// await Runtime.main(
    ///     store: try .sqlite("order.db"), channels: [Channel("shop", over: transport)],
    ///     remotes: [Remote("payment", via: "shop")], orders)
    /// ```
    ///
    /// What the runtime logs goes to the logger of the task: `withLogger(Logger(label: "shop")) { _ in … }` around the
    /// call names one.
    ///
    /// - Parameters:
    ///   - store: opened first, and closed at the end.
    ///   - channels: the ways to components in other processes.
    ///   - remotes: the components that run there.
    ///   - body: what the program does beside its components, such as a web server.
    public static func main(
        store: @autoclosure () throws -> some Store, configuration: RuntimeConfiguration = RuntimeConfiguration(),
        channels: [Channel] = [], remotes: [Remote] = [], _ components: Component...,
        body: @escaping @Sendable (Client) async throws -> Void = { _ in }
    ) async -> Never {
        if ["--help", "-h"].contains(CommandLine.arguments.dropFirst().first) {
            say(ProgramHelp(program: program, components: components).text, to: STDOUT_FILENO)
            exit(0)
        }
        do {
            let store = try store()
            let runtime: Runtime
            do {
                runtime = try Runtime(
                    store: store, configuration: configuration, components: components, channels: channels,
                    remotes: remotes)
            } catch {
                try? store.close()
                throw error
            }
            try await runtime.runUntilStopped(body)
        } catch {
            complain("\(error)")
            exit(exitCode(of: error))
        }
        exit(0)
    }

    private static func exitCode(of error: any Error) -> Int32 {
        switch error {
        case let error as StoreError: error.exitCode
        case is ConfigurationError: 78
        default: 70
        }
    }

    private static func complain(_ text: String) { say("\(program): \(text)\n", to: STDERR_FILENO) }

    private static var program: String {
        CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "skein"
    }

    private static func say(_ text: String, to file: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
