import SkeinStorage
import SkeinCore
import Synchronization

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

/// Reads request lines from all connections and writes the answers, on one thread that sleeps in `poll`.
///
/// A connection has one request under way at a time; while it has, nothing more is read from it.
final class ControlLoop: Sendable {
    /// A line that came in.
    struct Request: Sendable {
        var connection: Int32
        /// Tells a connection from a later one with the same descriptor.
        var number: UInt64
        /// `nil` for a line that is longer than what is taken.
        var line: Data?
    }

    private struct Connection {
        var number: UInt64
        var input: [UInt8] = []
        var output: [UInt8] = []
        var isBusy = false
        var closesWhenWritten = false
    }

    private struct Mail {
        var answers: [(request: Request, line: [UInt8])] = []
        var isStopping = false
        var loss: StoreError?
    }

    /// The callers that were let in.
    private struct Callers {
        /// How many there have been.
        var count: UInt64 = 0
        /// Whether the next one has to wait for a round, because nobody could be let in.
        var areWaiting = false
    }

    static let maximumConnections = 64

    /// How often the loop checks that its socket still has its name, in milliseconds.
    private let round: Int32
    private let accept: @Sendable (Int32) -> Int32
    private let findLoss: @Sendable () -> StoreError?
    private let wakeReader: Int32
    private let wakeWriter: Int32
    private let mail = Mutex(Mail())

    /// - Parameters:
    ///   - round: how often the loop checks its names, in milliseconds.
    ///   - accept: lets a caller of a listening socket in; returns the connection, or an `errno` below zero.
    ///   - findLoss: why the store no longer has the names under which it was opened; `nil` while it has. With a
    ///     reason, the loop ends.
    init(
        round: Int32 = 500, accept: @escaping @Sendable (Int32) -> Int32 = ControlSocket.accept,
        findLoss: @escaping @Sendable () -> StoreError?
    ) throws {
        (self.round, self.accept) = (round, accept)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw ControlSocket.failure("make a pipe") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            try ControlSocket.setNonblocking(end)
        }
        (self.findLoss, wakeReader, wakeWriter) = (findLoss, ends[0], ends[1])
    }

    deinit {
        close(wakeReader)
        close(wakeWriter)
    }

    /// Hands an answer over to be written.
    func answer(_ request: Request, _ line: [UInt8]) {
        mail.withLock { $0.answers.append((request, line)) }
        wake()
    }

    /// Takes nothing more in; the loop ends when what is under way is answered, or after some seconds.
    func stop() {
        mail.withLock { $0.isStopping = true }
        wake()
    }

    /// Why the loop has ended by itself: the store no longer has the names under which it was opened.
    var loss: StoreError? { mail.withLock { $0.loss } }

    private func wake() {
        var byte: UInt8 = 1
        _ = write(wakeWriter, &byte, 1)
    }

    /// Runs until it is stopped, or the store is lost.
    func run(_ listener: consuming ControlListener, _ take: (Request) -> Void) {
        var connections: [Int32: Connection] = [:]
        var roundsLeft = 50
        var callers = Callers()
        while true {
            let (answers, isStopping) = mail.withLock { mail in
                defer { mail.answers = [] }
                return (mail.answers, mail.isStopping)
            }
            for (request, line) in answers where connections[request.connection]?.number == request.number {
                connections[request.connection]?.output += line + [0x0A]
                connections[request.connection]?.isBusy = false
                connections[request.connection]?.closesWhenWritten = request.line == nil
            }
            for id in connections.keys.sorted() { flush(id, &connections) }
            if isStopping {
                roundsLeft -= 1
                let isDone = connections.values.allSatisfy { !$0.isBusy && $0.output.isEmpty }
                if isDone || roundsLeft < 0 { break }
            } else {
                for id in connections.keys.sorted() { takeLine(from: id, &connections, take) }
            }
            wait(listener.descriptor, &connections, &callers, isStopping: isStopping)
            if !isStopping { checkNames(&listener) }
        }
        for id in connections.keys { close(id) }
    }

    /// Stops the loop when the store has lost its names; listens again when only the socket has.
    private func checkNames(_ listener: inout ControlListener) {
        if let loss = findLoss() {
            mail.withLock { $0.loss = loss }
            return stop()
        }
        // If this fails, the next round tries again.
        if !listener.isInPlace { try? listener.takeName() }
    }

    /// Sleeps until something can be done, and does what input asks for.
    private func wait(
        _ listener: Int32, _ connections: inout [Int32: Connection], _ callers: inout Callers, isStopping: Bool
    ) {
        let takesCallers = !isStopping && connections.count < Self.maximumConnections && !callers.areWaiting
        callers.areWaiting = false
        var polled = [pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0)]
        polled.append(pollfd(fd: takesCallers ? listener : -1, events: Int16(POLLIN), revents: 0))
        for (id, connection) in connections {
            var events: Int32 = connection.isBusy || isStopping ? 0 : Int32(POLLIN)
            if !connection.output.isEmpty { events |= Int32(POLLOUT) }
            polled.append(pollfd(fd: id, events: Int16(events), revents: 0))
        }
        guard poll(&polled, nfds_t(polled.count), isStopping ? 100 : round) > 0 else { return }
        if polled[0].revents != 0 {
            var bytes = [UInt8](repeating: 0, count: 64)
            while read(wakeReader, &bytes, bytes.count) > 0 {}
        }
        if polled[1].revents != 0 { letIn(listener, &connections, &callers) }
        for entry in polled[2...] where Int32(entry.revents) & Int32(POLLIN | POLLHUP | POLLERR) != 0 {
            receive(entry.fd, &connections)
        }
    }

    private func letIn(_ listener: Int32, _ connections: inout [Int32: Connection], _ callers: inout Callers) {
        let id = accept(listener)
        guard id >= 0 else {
            // Without a descriptor for the caller, or memory, the listener stays readable.
            callers.areWaiting = ![EAGAIN, EINTR, ECONNABORTED].contains(-id)
            return
        }
        _ = fcntl(id, F_SETFD, FD_CLOEXEC)
        guard (try? ControlSocket.setNonblocking(id)) != nil else { return ControlSocket.close(id) }
        callers.count += 1
        connections[id] = Connection(number: callers.count)
    }

    private func receive(_ id: Int32, _ connections: inout [Int32: Connection]) {
        guard let connection = connections[id], !connection.isBusy else {
            // It has hung up while its request is under way; the answer will find nobody.
            return drop(id, &connections)
        }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = read(id, &bytes, bytes.count)
        if count > 0 { return connections[id]?.input.append(contentsOf: bytes[0..<count]) ?? () }
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        drop(id, &connections)
    }

    /// Hands the first whole line of a connection over.
    private func takeLine(from id: Int32, _ connections: inout [Int32: Connection], _ take: (Request) -> Void) {
        guard var connection = connections[id], !connection.isBusy, !connection.closesWhenWritten else { return }
        // Nothing wakes the loop for what it has read already, so all blank lines are passed by at once.
        while let end = connection.input.firstIndex(of: 0x0A) {
            let line = Data(connection.input[..<end])
            connection.input.removeFirst(end + 1)
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
            connection.isBusy = true
            connections[id] = connection
            let isTooLong = line.count > ControlSocket.maximumLine
            return take(Request(connection: id, number: connection.number, line: isTooLong ? nil : line))
        }
        let isTooLong = connection.input.count > ControlSocket.maximumLine
        if isTooLong { (connection.isBusy, connection.input) = (true, []) }
        connections[id] = connection
        if isTooLong { take(Request(connection: id, number: connection.number, line: nil)) }
    }

    private func flush(_ id: Int32, _ connections: inout [Int32: Connection]) {
        guard let connection = connections[id], !connection.output.isEmpty else { return }
        let count = connection.output.withUnsafeBytes { ControlSocket.send(id, $0) }
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count >= 0 else { return drop(id, &connections) }
        connections[id]?.output.removeFirst(count)
        if connection.closesWhenWritten, count == connection.output.count { drop(id, &connections) }
    }

    private func drop(_ id: Int32, _ connections: inout [Int32: Connection]) {
        connections[id] = nil
        close(id)
    }
}
