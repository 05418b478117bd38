import SkeinOperator
import ServiceLifecycle
import UnixSignals

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension Runtime {
    /// Runs until the process gets SIGTERM or SIGINT, or the task is cancelled; then drains and closes the store.
    ///
    /// ```swift
    /// let runtime = try Runtime(store: .sqlite("shop.db"), orders, payments)
    /// try await runtime.runUntilStopped { client in try await serveWeb(client) }
    /// ```
    ///
    /// Beside a store in a file a ``ControlServer`` takes the requests of operators. A second signal ends the process
    /// at once, with 128 and the number of the signal as its exit code; like any crash that loses nothing.
    ///
    /// - Parameter body: runs beside the components and is cancelled when the runtime is to stop. When it returns, the
    ///   components run on; when it throws, they stop.
    /// - Throws: what `body` throws; ``StoreError`` when the store can no longer be written; ``ControlError`` when
    ///   requests of operators cannot be taken.
    public func runUntilStopped(
        _ body: @escaping @Sendable (Client) async throws -> Void = { _ in }
    ) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let (stop, stopping) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let companions = Companions(
            control: (store as? SQLiteStore).flatMap { $0.path == nil ? nil : ControlServer(runtime: self, store: $0) },
            body: { [self] in try await body(client()) }, stop: stop)
        try await withThrowingTaskGroup { group in
            group.addTask {
                var isStopping = false
                for await signal in signals {
                    if isStopping { exit(128 + signal.rawValue) }
                    isStopping = true
                    stopping.finish()
                }
                return Ending.signals
            }
            group.addTask { [self] in
                try await run(beside: companions)
                return .runtime
            }
            defer { group.cancelAll() }
            // The signals come to an end by themselves only where the whole task is cancelled.
            while let ending = try await group.next(), ending != .runtime {}
        }
    }

    private enum Ending {
        case signals, runtime
    }
}

/// What runs beside a runtime, and ends before it drains.
private struct Companions: Service {
    /// `nil` where there is no file to put a socket beside.
    let control: ControlServer?
    let body: @Sendable () async throws -> Void
    /// Finishes when the runtime is to stop.
    let stop: AsyncStream<Void>

    func run() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            if let control {
                group.addTask {
                    try await control.run()
                    return true
                }
            }
            group.addTask {
                try await body()
                return false
            }
            group.addTask {
                for await _ in stop {}
                return true
            }
            defer { group.cancelAll() }
            while let isEnd = try await group.next(), !isEnd {}
        }
    }
}
