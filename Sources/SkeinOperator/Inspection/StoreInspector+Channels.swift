import SkeinActions
public import SkeinCore
import SkeinSQLite
public import SkeinStorage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension StoreInspector {
    /// How the channels of the process stand that owns the store, or owned it last, by name.
    ///
    /// - Throws: `StoreError` with code `corrupt` for a report that cannot be read.
    public func channels() throws -> [ChannelReport] {
        try reader.channels().map { row in
            do {
                return try JSONDecoder().decode(ChannelReport.self, from: row.description)
            } catch {
                throw StoreError(
                    .corrupt, "\(path): what is stored of the channel '\(row.name)' cannot be read", cause: error)
            }
        }
    }

    /// The channels that operators have suspended, with the time since when. They are so before their process knows it.
    public func suspendedChannels() throws -> [String: Timestamp] {
        let pairs = try suspendedSystems().compactMap { one in
            ChannelSystem.channel(of: one.system).map { ($0, one.since) }
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// How far a channel has taken in each partition, by topic and partition; none for a broker without places.
    public func sourcePlaces(channel: String) throws -> [SourcePlaceRow] {
        try reader.sourcePlaces(channel: channel)
    }
}
