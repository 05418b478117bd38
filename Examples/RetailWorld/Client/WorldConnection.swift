import Dispatch
import Foundation
import Skein
import Synchronization

/// One connection for many calls at once: a thread that connects and reads, and a queue that writes.
final class WorldConnection: Sendable {
    private struct Call {
        var request: WorldRequest
        var continuation: UnsafeContinuation<WorldReply, any Error>
        /// From the moment at which the world may have it.
        var isSent = false
    }

    private struct State {
        var calls: [Int: Call] = [:]
        /// The ids of calls that are still to be written, oldest first; some may have been given up.
        var unsent: [Int] = []
        var lastID = 0
        var socket: WorldSocket?
        /// Why the last attempt to connect failed; `nil` while connected.
        var obstacle: WorldError?
        var isClosed = false

        var isNeeded: Bool { !isClosed && !unsent.isEmpty }
    }

    private let directory: String
    private let launch: (@Sendable () throws -> Void)?
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let writing = DispatchQueue(label: "retail.world.writing")
    private let timing = DispatchQueue(label: "retail.world.timing")

    init(directory: String, launch: (@Sendable () throws -> Void)?) {
        (self.directory, self.launch) = (directory, launch)
    }

    func start() {
        Thread.detachNewThread { [self] in
            while !state.withLock({ $0.isClosed }) {
                wake.wait()
                while state.withLock({ $0.isNeeded }) { converse() }
            }
        }
    }

    /// Ends all calls; the connection cannot be used any more.
    func close() {
        let socket = state.withLock { state in
            state.isClosed = true
            return state.socket
        }
        socket?.shutdown()
        for id in state.withLock({ Array($0.calls.keys) }) { end(id, throwing: CancellationError()) }
        wake.signal()
    }

    func exchange(_ request: WorldRequest, timeout: Duration) async throws -> WorldReply {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                add(id, request, continuation)
                let delay = DispatchTimeInterval.microseconds(Int(timeout / .microseconds(1)))
                timing.asyncAfter(deadline: .now() + delay) { [weak self] in self?.expire(id, after: timeout) }
                if Task.isCancelled { end(id, throwing: CancellationError()) }
            }
        } onCancel: {
            end(id, throwing: CancellationError())
        }
    }

    private func add(
        _ id: Int, _ request: WorldRequest, _ continuation: UnsafeContinuation<WorldReply, any Error>
    ) {
        let isClosed = state.withLock { state in
            guard !state.isClosed else { return true }
            state.calls[id] = Call(request: request, continuation: continuation)
            state.calls[id]?.request.id = id
            state.unsent.append(id)
            return false
        }
        if isClosed { return continuation.resume(throwing: CancellationError()) }
        writing.async { [self] in flush() }
        wake.signal()
    }

    /// Connects, and reads until the other side is gone.
    private func converse() {
        guard let socket = connect() else { return }
        writing.async { [self] in flush() }
        socket.eachLine { line in
            guard let reply = try? JSONDecoder().decode(WorldReply.self, from: line) else { return socket.shutdown() }
            state.withLock { $0.calls.removeValue(forKey: reply.id) }?.continuation.resume(returning: reply)
        }
        let lost = state.withLock { state in
            state.socket = nil
            return state.calls.filter { $0.value.isSent }.map(\.key)
        }
        // Behind whatever is being written, so that nobody else's descriptor is written to.
        writing.async { socket.close() }
        for id in lost {
            end(
                id, throwing: WorldError(.noAnswer, "the connection to the world in \(directory) broke during the call")
            )
        }
    }

    /// Tries until there is a connection or nobody needs one any more.
    private func connect() -> WorldSocket? {
        var pause = 0.005
        var launched = Date.distantPast
        while state.withLock({ $0.isNeeded }) {
            do {
                let socket = try connectOnce()
                let isClosed = state.withLock { state in
                    if !state.isClosed { (state.socket, state.obstacle) = (socket, nil) }
                    return state.isClosed
                }
                if !isClosed { return socket }
                socket.close()
                return nil
            } catch {
                state.withLock { $0.obstacle = error as? WorldError }
            }
            let isNobodyThere = state.withLock { $0.obstacle?.code != .silent }
            if let launch, isNobodyThere, Date().timeIntervalSince(launched) >= 1 {
                launched = Date()
                do { try launch() } catch { endAll(throwing: error) }
            }
            Thread.sleep(forTimeInterval: pause)
            pause = min(pause * 2, 0.25)
        }
        return nil
    }

    /// Connects to the world. Looks up its path each time, because every world may have another one.
    private func connectOnce() throws -> WorldSocket {
        guard let path = WorldSocket.path(in: directory) else {
            throw WorldError(.unreachable, "no world has listened for \(directory) yet")
        }
        return try WorldSocket.connect(to: path)
    }

    /// Sends the calls one after another. If the world does not read one, the calls behind it have not left, and can be
    /// given up as such.
    private func flush() {
        while let (socket, request) = nextToSend() {
            // A line that cannot be written breaks the connection, which ends the calls.
            guard let line = try? JSONLine.encode(request), socket.send(line) else { return socket.shutdown() }
        }
    }

    private func nextToSend() -> (WorldSocket, WorldRequest)? {
        state.withLock { state in
            guard let socket = state.socket else { return nil }
            while !state.unsent.isEmpty {
                let id = state.unsent.removeFirst()
                guard let call = state.calls[id] else { continue }
                state.calls[id]?.isSent = true
                return (socket, call.request)
            }
            return nil
        }
    }

    private func expire(_ id: Int, after timeout: Duration) {
        let error = state.withLock { state -> WorldError? in
            guard let call = state.calls[id] else { return nil }
            if call.isSent {
                return WorldError(.noAnswer, "no answer from the world in \(directory) within \(timeout)")
            }
            guard state.socket == nil, state.obstacle?.code != .silent else { return silence(timeout) }
            let reason = state.obstacle.map { ": \($0)" } ?? ""
            return WorldError(
                .unreachable, "no connection to the world in \(directory) within \(timeout)\(reason)")
        }
        if let error { end(id, throwing: error) }
    }

    private func silence(_ timeout: Duration) -> WorldError {
        let who = WorldLock.lastOwner(of: directory).map { " (process \($0.pid))" } ?? ""
        return WorldError(
            .silent,
            "the world in \(directory)\(who) listens, but has read nothing within \(timeout): it hangs, is stopped, or "
                + "the machine is busy. Let it go on, or kill it: the next call starts another")
    }

    private func end(_ id: Int, throwing error: any Error) {
        let call = state.withLock { state in
            state.unsent.removeAll { $0 == id }
            return state.calls.removeValue(forKey: id)
        }
        call?.continuation.resume(throwing: error)
    }

    private func endAll(throwing error: any Error) {
        for id in state.withLock({ Array($0.calls.keys) }) { end(id, throwing: error) }
    }
}
