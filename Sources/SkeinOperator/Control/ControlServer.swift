public import SkeinSQLite
public import ServiceLifecycle
public import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Takes requests of operators for a runtime over a socket beside its store, so that the command `skein` can
/// act while the store is open.
///
/// Run it beside the runtime:
///
/// ```swift
/// let group = ServiceGroup(services: [runtime, ControlServer(runtime: runtime, store: store)], logger: logger)
/// ```
///
/// The socket is open to the user of this process alone. A malformed request gets an error as its answer; at most 64
/// connections and one request of each are under way at once, and a line has at most 1 MiB.
public final class ControlServer: Service {
    private let runtime: Runtime
    private let store: SQLiteStore

    /// A server that does nothing until it runs.
    public init(runtime: Runtime, store: SQLiteStore) { (self.runtime, self.store) = (runtime, store) }

    /// Listens until the task is cancelled or the service group shuts down; then answers what is under way.
    ///
    /// If somebody removes or replaces the socket, or the file that names the owner, the server makes another within
    /// a second. At the end it removes the socket only if it is still its own.
    ///
    /// Twice a second the server checks that the files of the store still have the names under which they were opened,
    /// even while nothing is committed.
    ///
    /// - Throws: ``ControlError`` when the socket cannot be made, and for a store in memory, which has none;
    ///   `StoreError` with code `replaced` when the store, its log of changes or its folder was removed or replaced.
    public func run() async throws {
        guard let file = store.path else {
            throw ControlError(.unavailable, "a store in memory has no control socket; run without a control server")
        }
        let path = ControlSocket.path(for: file)
        let loop = try ControlLoop { [store] in
            if let loss = store.findLoss() { return loss }
            store.keepOwnerFile()
            return nil
        }
        let listener = try Handover(ControlListener(at: path))
        let (requests, continuation) = AsyncStream<ControlLoop.Request>.makeStream(
            bufferingPolicy: .bufferingOldest(ControlLoop.maximumConnections))
        let end = ThreadEnd()
        try ControlThread.start {
            if let listener = listener.take() { loop.run(listener) { continuation.yield($0) } }
            continuation.finish()
            end.signal()
        }
        store.announce(socket: path)
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await request in requests {
                    group.addTask { [self] in loop.answer(request, await answer(request.line)) }
                }
                // The stream may have ended because this task is cancelled; then the loop must end too.
                loop.stop()
            }
        } onCancelOrGracefulShutdown: {
            loop.stop()
        }
        store.announce(socket: nil)
        await end.wait()
        if let loss = loop.loss { throw loss }
    }

    private func answer(_ line: Data?) async -> [UInt8] {
        var response: ControlResponse
        do {
            guard let line else {
                throw ControlError(.malformed, "the request is longer than \(ControlSocket.maximumLine) bytes")
            }
            response = try await carryOut(Self.request(line))
        } catch {
            response = ControlResponse(error)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(response) else { return Array(#"{"error":{"code":"failed"}}"#.utf8) }
        return Array(data)
    }

    private static func request(_ line: Data) throws -> ControlRequest {
        do {
            return try JSONDecoder().decode(ControlRequest.self, from: line)
        } catch let error as ControlError {
            throw error
        } catch let error as DecodingError {
            if case .dataCorrupted(let context) = error {
                guard !context.codingPath.isEmpty else { throw ControlError(.malformed, "the request is no JSON") }
                let member = context.codingPath.map(\.stringValue).joined(separator: ".")
                throw ControlError(.malformed, "the member '\(member)' is wrong: \(context.debugDescription)")
            }
            throw ControlError(.malformed, #"the request is no JSON object like {"do":"ping"}"#)
        }
    }

    private func carryOut(_ request: ControlRequest) async throws -> ControlResponse {
        var response = ControlResponse()
        switch request {
        case .ping: response.pid = getpid()
        case .counts: response.counts = runtime.counts
        case .relay: response.relayed = try store.relayOutbox().count
        case .trim(let retention): response.trim = try await runtime.trimLog(retention)
        case .perform(let action): response.report = try await runtime.perform(action)
        }
        return response
    }
}

extension Runtime {
    /// Runs like ``SkeinCore/Runtime/run()``, and takes requests of operators over a socket beside the store. When this
    /// returns, the socket is removed and the store is closed.
    public func run(controlledOver store: SQLiteStore) async throws {
        try await run(beside: ControlServer(runtime: self, store: store))
    }
}
