import SkeinStorage
import SkeinTransport
internal import Logging
internal import Synchronization
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Keeps the report of a channel, for health checks and tools, and a copy of it in the store.
///
/// The copy is written at once when the state of a connection, an error or a problem changes, and every ten seconds
/// while only counts change. A start after which the connections are as the copy says writes nothing.
///
/// Called from the runners of both engines of the channel.
final class ChannelMonitor: Sendable {
    private struct State {
        var report: ChannelReport
        /// Whether the report has changed since it was stored, without a commit that will store it.
        var isDirty = false
        /// Whether an alarm will store the report.
        var isPlanned = false
        /// What the copy in the store says about the connections.
        var stored: Essence?
        /// What the copy has to say. A connection that is being opened counts as it was before, so that attempts that
        /// fail again and again write nothing.
        var present: Essence
        var sending = History()
        var takingIn = History()
    }

    /// What one connection has been through.
    private struct History {
        /// The state that was logged last, with the error that has led to it.
        var logged: (state: ChannelReport.State, error: String?)?
        /// Whether it has failed and is not open again.
        var hasFailed = false
        /// Whether it has been open.
        var hasBeenOpen = false

        /// - Returns: whether it is open again after a failure.
        mutating func enter(_ next: ChannelReport.Connection) -> Bool {
            defer {
                hasBeenOpen = hasBeenOpen || next.isOpen
                switch next.state {
                case .disconnected: hasFailed = true
                case .connected, .held, .stopped: hasFailed = false
                case .connecting, .suspended: break
                }
            }
            return hasFailed && next.isOpen
        }

        /// - Returns: whether the state is worth a line in the log: an attempt that fails again says nothing new.
        mutating func logs(_ next: ChannelReport.Connection) -> Bool {
            let error = next.state == .disconnected ? next.lastError : nil
            guard next.state != .connecting, logged?.state != next.state || logged?.error != error else { return false }
            logged = (next.state, error)
            return true
        }
    }

    /// The part of a report whose changes are written at once.
    private struct Essence: Equatable {
        var sending: ChannelReport.State
        var takingIn: ChannelReport.State
        var errors: [String?]
        var problem: String?
        var remotes: [String]

        init(_ report: ChannelReport) {
            (sending, takingIn) = (report.sending.state, report.takingIn.state)
            (errors, problem) = ([report.sending.lastError, report.takingIn.lastError], report.problem)
            remotes = report.remotes
        }
    }

    /// How often the copy in the store follows when nothing but counts change.
    private static let interval = Duration.seconds(10)

    private let core: RuntimeCore
    private let state: Mutex<State>

    init(_ report: ChannelReport, core: RuntimeCore, reader: any StoreReader) throws {
        self.core = core
        // A copy that cannot be read is written anew.
        let stored = try reader.channels().first { $0.name == report.name }.flatMap {
            try? JSONDecoder().decode(ChannelReport.self, from: $0.description)
        }
        var report = report
        (report.sending.lastError, report.sending.lastErrorAt) = (
            stored?.sending.lastError, stored?.sending.lastErrorAt
        )
        (report.takingIn.lastError, report.takingIn.lastErrorAt) =
            (stored?.takingIn.lastError, stored?.takingIn.lastErrorAt)
        if let stored, stored.transport != report.transport, try !reader.sourcePlaces(channel: report.name).isEmpty {
            report.problem =
                "channel '\(report.name)' was over \(stored.transport) before, and goes on where it was there; if "
                + "\(report.transport) is another broker, give the channel another name, or messages are left out"
        }
        state = Mutex(
            State(report: report, stored: stored.map(Essence.init), present: Essence(stored ?? report)))
    }

    var report: ChannelReport { state.withLock { $0.report } }

    /// One direction has come into another state.
    ///
    /// - Parameters:
    ///   - direction: `\.sending` or `\.takingIn`.
    ///   - error: why the connection ended; `nil` where it did not.
    func enter(
        _ next: ChannelReport.State, _ direction: WritableKeyPath<ChannelReport, ChannelReport.Connection>,
        because error: (any Error)? = nil
    ) {
        let now = core.environment.clock.now
        let isSending = direction == \.sending
        let (isNews, report) = state.withLock { state -> (Bool, ChannelReport) in
            var value = state.report[keyPath: direction]
            if value.state != next { (value.state, value.since) = (next, now) }
            if let error { (value.lastError, value.lastErrorAt) = (Disposition.text(of: error), now) }
            let history = isSending ? \State.sending : \State.takingIn
            if state[keyPath: history].enter(value) { value.reconnects += 1 }
            state.report[keyPath: direction] = value
            return (state[keyPath: history].logs(value), state.report)
        }
        storeIfNew()
        if isNews { log(report, report[keyPath: direction], isSending: isSending) }
    }

    private func log(_ report: ChannelReport, _ connection: ChannelReport.Connection, isSending: Bool) {
        var metadata: Logger.Metadata = [
            "channel": "\(report.name)", "direction": isSending ? "sending" : "taking in",
            "state": "\(connection.state.rawValue)",
        ]
        if connection.state == .disconnected { metadata["error"] = connection.lastError.map { "\($0)" } }
        core.logger.info("a channel has come into another state", metadata: metadata)
    }

    /// Whether a connection can never be opened: the settings are wrong, or the broker cannot do what they ask for. One
    /// that has been open before is tried again.
    func isHopeless(
        _ error: any Error, _ direction: WritableKeyPath<ChannelReport, ChannelReport.Connection>
    ) -> Bool {
        guard let error = error as? TransportError, [.configuration, .unsupported].contains(error.code) else {
            return false
        }
        return state.withLock { !(direction == \.sending ? $0.sending : $0.takingIn).hasBeenOpen }
    }

    /// Changes the counts of the report. The copy in the store follows within ten seconds.
    func count(_ change: (inout ChannelReport) -> Void) {
        let isFirst = state.withLock { state -> Bool in
            change(&state.report)
            state.isDirty = true
            defer { state.isPlanned = true }
            return !state.isPlanned
        }
        guard isFirst else { return }
        core.intervals.schedule(after: Self.interval) { [weak self] in self?.storeIfDirty() }
    }

    /// Reports something that only a person can put right, until it is solved or the process ends.
    func found(_ problem: String) {
        core.logger.warning("a channel has a problem", metadata: ["error": "\(problem)"])
        state.withLock { $0.report.problem = problem }
        storeIfNew()
    }

    /// Something that was reported by ``found(_:)`` is no longer so.
    func solved(_ problem: String) {
        let isReported = state.withLock { state in
            guard state.report.problem == problem else { return false }
            state.report.problem = nil
            return true
        }
        if isReported { storeIfNew() }
    }

    private func storeIfNew() {
        let report = state.withLock { state -> ChannelReport? in
            var essence = Essence(state.report)
            if essence.sending == .connecting { essence.sending = state.present.sending }
            if essence.takingIn == .connecting { essence.takingIn = state.present.takingIn }
            state.present = essence
            guard essence != state.stored else { return nil }
            state.stored = essence
            return state.report
        }
        if let report { store(report) }
    }

    private func storeIfDirty() {
        let report = state.withLock { state -> ChannelReport? in
            state.isPlanned = false
            return state.isDirty ? state.report : nil
        }
        if let report { store(report) }
    }

    private func store(_ report: ChannelReport) {
        state.withLock { $0.isDirty = false }
        do {
            let description = try JSONEncoder.sorted.encode(report)
            core.committer.submit(CommitUnit(writes: [.putChannel(name: report.name, description: description)]))
        } catch {
            core.logger.info("the state of a channel cannot be written", metadata: ["error": "\(error)"])
        }
    }
}
