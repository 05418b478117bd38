package import SkeinActions
package import SkeinCore
import SkeinSQLite
import SkeinStorage

/// Gives up what a channel has left that is configured no more: its place in the log, so that it no longer holds the
/// log, its places at the broker, what is parked for it, and its report.
package enum ChannelForgetting {
    /// - Returns: how many incidents were closed with it.
    /// - Throws: `ActionError` with code `unknownSystem` for an unknown channel, or `stillConfigured` for one that the
    ///   last start had; `StoreError`, with code `owned` while a process has the store open.
    package static func carryOut(_ channel: String, on path: String, now: Timestamp) throws -> Int {
        let store = try SQLiteStore(path: path)
        do {
            let writes = try writes(channel, store, now: now)
            _ = try store.commit(CommitBatch(units: [CommitUnit(writes: writes)]))
            try store.close()
            return writes.count { if case .resolveIncident = $0 { true } else { false } }
        } catch {
            try? store.close()
            throw error
        }
    }

    private static func writes(_ channel: String, _ store: SQLiteStore, now: Timestamp) throws -> [StoreWrite] {
        let inspector = try StoreInspector(path: store.label)
        defer { inspector.close() }
        let channels = try inspector.channels()
        guard let report = channels.first(where: { $0.name == channel }) else {
            let names = channels.map(\.name).joined(separator: ", ")
            throw ActionError(
                .unknownSystem,
                "there is no channel '\(channel)' in \(store.label); "
                    + (names.isEmpty ? "there is none" : "there are: \(names)"))
        }
        guard report.isGone == true else {
            throw ActionError(
                .stillConfigured,
                "the last start had the channel '\(channel)'; take it out of the configuration and start the process "
                    + "once without it")
        }
        return try ChannelRemoval.writes(
            for: channel, reader: store.makeReader(), now: now, resolution: "forgotten")
    }
}

extension ActionError.Code {
    /// The channel is in use.
    package static let stillConfigured = ActionError.Code("stillConfigured")
}
