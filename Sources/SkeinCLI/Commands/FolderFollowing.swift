import Foundation
import SkeinCore
import SkeinOperator

/// Goes on with what is published in several stores, each message once: when it is first seen in one of them.
struct FolderFollowing {
    private let folder: StoreFolder
    private var filter: MessageFilter
    private var ends: [Int64]
    private var versions: [Int64]
    private var seen = RecentMessages()

    /// - Parameters:
    ///   - ends: the last positions that were shown, by store.
    ///   - versions: what the stores called their data before that.
    init(_ folder: StoreFolder, _ filter: MessageFilter, _ ends: [Int64], _ versions: [Int64]) {
        (self.folder, self.filter, self.ends, self.versions) = (folder, filter, ends, versions)
        (self.filter.order, self.filter.limit) = (.oldestFirst, 1000)
    }

    /// Looks again whenever a store has changed, which is asked for five times a second and costs next to nothing.
    mutating func run(_ show: ([MessageView]) throws -> Void) throws {
        while true {
            let found = try next()
            if found.isEmpty { usleep(200_000) } else { try show(found) }
        }
    }

    private mutating func next() throws -> [MessageView] {
        var found: [MessageView] = []
        for (index, member) in folder.members.enumerated() {
            let version = try member.inspector.dataVersion()
            guard version != versions[index] else { continue }
            var filter = filter
            filter.after = ends[index]
            let messages = try member.inspector.messages(filter)
            // A full page has more behind it.
            if messages.count < filter.limit { versions[index] = version }
            ends[index] = messages.last?.position ?? ends[index]
            for var message in messages where seen.insert(message.id) {
                message.store = member.name
                found.append(message)
            }
        }
        return found.sorted { $0.time < $1.time }
    }
}

/// The ids of the newest messages, to tell which have been seen.
private struct RecentMessages {
    private static let limit = 100_000
    private var older: Set<MessageID> = []
    private var newer: Set<MessageID> = []

    /// - Returns: `false` for an id that was inserted not long ago.
    mutating func insert(_ id: MessageID) -> Bool {
        guard !older.contains(id), newer.insert(id).inserted else { return false }
        if newer.count >= Self.limit { (older, newer) = (newer, []) }
        return true
    }
}
