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
    /// How often the copy in the store follows when nothing but counts change.
    private static let interval = Duration.seconds(10)

    private let core: RuntimeCore
    private let name: String
    private let history: Mutex<ChannelHistory>

    init(_ report: ChannelReport, core: RuntimeCore, reader: any StoreReader) throws {
        (self.core, name) = (core, report.name)
        // A copy that cannot be read is written anew.
        let stored = try reader.channels().first { $0.name == report.name }.flatMap {
            try? JSONDecoder().decode(ChannelReport.self, from: $0.description)
        }
        var report = report
        for direction in [\ChannelReport.sending, \.takingIn] {
            let before = stored?[keyPath: direction]
            report[keyPath: direction].lastError = before?.lastError
            report[keyPath: direction].lastErrorCode = before?.lastErrorCode
            report[keyPath: direction].lastErrorAt = before?.lastErrorAt
        }
        report.succeeds = stored?.succeeds
        if let stored, let before = stored.readsAt, let now = report.readsAt, before != now,
            stored.transport == report.transport
        {
            report.problem =
                "channel '\(report.name)' took in answers at '\(before)' before, and does at '\(now)' now, so what "
                + "lies there is left out; put back the rule of topics, virtual host or name of the process, or give "
                + "the channel another name"
        }
        if let stored, stored.transport != report.transport, try !reader.sourcePlaces(channel: report.name).isEmpty {
            report.problem =
                "channel '\(report.name)' was over \(stored.transport) before, and goes on where it was there; if "
                + "\(report.transport) is another broker, give the channel another name, or messages are left out"
        }
        history = Mutex(ChannelHistory(report, stored: stored))
    }

    var report: ChannelReport { history.withLock { $0.report } }

    /// One direction has come into another state.
    ///
    /// - Parameters:
    ///   - direction: `\.sending` or `\.takingIn`.
    ///   - error: why the connection ended; `nil` where it did not.
    func enter(
        _ next: ChannelReport.State, _ direction: ChannelHistory.Direction, because error: (any Error)? = nil
    ) {
        let (text, now) = (error.map { Disposition.text(of: $0) }, core.environment.clock.now)
        let code = (error as? TransportError)?.code.rawValue
        change { $0.enter(next, direction, because: text, code: code, at: now) }
    }

    /// Whether a connection can never be opened: the settings are wrong, or the broker cannot do what they ask for. One
    /// that has been open before is tried again.
    func isHopeless(_ error: any Error, _ direction: ChannelHistory.Direction) -> Bool {
        guard let error = error as? TransportError, [.configuration, .unsupported].contains(error.code) else {
            return false
        }
        return history.withLock { !$0.hasBeenOpen(direction) }
    }

    /// Changes the counts of the report. The copy in the store follows within ten seconds.
    func count(_ change: (inout ChannelReport) -> Void) { self.change { $0.count(change) } }

    /// Reports something that only a person can put right, until it is solved or the process ends. Several problems are
    /// shown together.
    func found(_ problem: String) {
        core.logger.warning("a channel has a problem", metadata: ["error": "\(problem)"])
        change { $0.found(problem) }
    }

    /// Something that was reported by ``found(_:)`` is no longer so.
    func solved(_ problem: String) { change { $0.solved(problem) } }

    private func change(_ body: (inout ChannelHistory) -> [ChannelHistory.Action]) {
        // Both engines change the report. Under the lock their writes are handed over in the order of the changes.
        let (actions, writes) = history.withLock { history in
            let actions = body(&history)
            return (actions, actions.compactMap(handOver))
        }
        for write in writes { write.run() }
        for action in actions {
            switch action {
            case .store: break
            case .planStore:
                core.intervals.schedule(after: Self.interval) { [weak self] in self?.change { $0.storeCounts() } }
            case .log(let connection, let isSending): log(connection, isSending: isSending)
            }
        }
    }

    private func handOver(_ action: ChannelHistory.Action) -> Committer.HandOver? {
        guard case .store(let report) = action else { return nil }
        do {
            let description = try JSONEncoder.sorted.encode(report)
            let unit = CommitUnit(writes: [.putChannel(name: report.name, description: description)])
            return core.committer.enqueue(unit, handled: nil, here: false) { _ in }
        } catch {
            core.logger.info("the state of a channel cannot be written", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func log(_ connection: ChannelReport.Connection, isSending: Bool) {
        var metadata: Logger.Metadata = [
            "channel": "\(name)", "direction": isSending ? "sending" : "taking in",
            "state": "\(connection.state.rawValue)",
        ]
        if connection.state == .disconnected { metadata["error"] = connection.lastError.map { "\($0)" } }
        core.logger.info("a channel has come into another state", metadata: metadata)
    }
}
