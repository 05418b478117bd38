import SkeinOperator
import SkeinStorage
import GRDB
import Skein

/// The files of all parts of a shop, read while their processes write.
final class ShopFiles {
    /// What can be seen of the parts at a time.
    struct View {
        /// How the channels stand of those whose files are there.
        var channels: [String: ChannelReport] = [:]
        /// Incidents that need a person, in all files.
        var incidents = 0
        /// How many processes an operator has stopped.
        var suspended = 0
        /// The parts whose channel an operator has stopped.
        var suspendedChannels: Set<String> = []
        /// The lengths of all logs together.
        var position: Int64 = 0
        /// Whether something is due in one of the files.
        var isSomethingDue = false
    }

    private let files: [PartFile]

    init(_ folder: ShopFolder, parts: [String]) {
        files = parts.map { PartFile(part: $0, path: folder.file(of: $0)) }
    }

    /// What can be seen now.
    func look() throws -> View {
        var view = View()
        for file in files {
            _ = try file.read { db, inspector in
                view.channels[file.part] = try inspector.channels().first { $0.name == ShopPart.channel }
                let incidents = try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM incident WHERE resolved_at IS NULL AND next_attempt IS NULL")
                view.incidents += incidents ?? 0
                view.suspended += try Standstill.suspended(db)
                if try Standstill.isChannelSuspended(db) { view.suspendedChannels.insert(file.part) }
                view.position += try Int64.fetchOne(db, sql: "SELECT max(position) FROM event") ?? 0
                if try Standstill.isSomethingDue(db) { view.isSomethingDue = true }
            }
            // What was opened while the tables were being made sees those of an earlier version for ever.
            if view.channels[file.part] == nil { file.close() }
        }
        return view
    }

    /// The parts that have been connected, before this process started or since.
    func connectedBefore() throws -> Set<String> {
        Set(try look().channels.filter { $0.value.takingIn.isOpen || $0.value.takingIn.state == .stopped }.keys)
    }

    /// Takes in what the part that places the orders has learnt since the last time.
    func advance(_ progress: inout RunProgress) throws {
        _ = try files.first { $0.part == ShopPart.placing }?.read { db, _ in try progress.read(db) }
    }

    /// Whether every message has been handled, and is recorded wherever it has to be.
    ///
    /// Costs as much as reading all files.
    ///
    /// - Parameter off: parts that need not have recorded anything.
    func isAtRest(without off: [String]) throws -> Bool { try onTheirWay(without: off)?.isEmpty == true }

    /// What is not recorded where it has to be; `nil` while a part has messages to handle, or has no file.
    ///
    /// Costs as much as reading all files.
    ///
    /// - Parameter off: parts that need not have recorded anything.
    func onTheirWay(without off: [String]) throws -> [Transfers.Missing]? {
        var logs: [PartLog] = []
        for file in files {
            let log = try file.read { db, inspector in
                try inspector.isHandled || off.contains(file.part) ? try PartLog(db, name: file.part) : nil
            }
            guard case .some(.some(let found)) = log else { return nil }
            logs.append(found)
        }
        return Transfers(logs).missing.filter { !off.contains($0.receiver) }
    }

    func close() { for file in files { file.close() } }
}
