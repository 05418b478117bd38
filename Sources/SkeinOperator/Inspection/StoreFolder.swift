import SkeinStorage
import SkeinSQLite

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Looks into all stores of a folder as if they were one: those of processes that talk to each other over a channel.
///
/// The stores are the files whose names end in `.db`; a store has the name of its file without that. A message that
/// went from one process to others is in the stores of all of them, and is found once. Each store is seen as it was at
/// a moment of its own, so a message may be seen in the store that wrote it and not yet in the one that takes it in.
/// Numbers of instances and incidents, and positions, are those of one store.
public final class StoreFolder: Sendable {
    /// A store of the folder.
    public struct Member: Sendable {
        /// The name of its file, without `.db`.
        public let name: String
        /// Looks into it.
        public let inspector: StoreInspector
    }

    /// The path as it was given.
    public let path: String
    /// One or more, ascending by name.
    public let members: [Member]
    /// The files whose names end in `.db` and which are no stores, by name; links that lead nowhere, too.
    public let leftOut: [String]
    /// Those of ``leftOut`` that were stores: their owner has left its `.owner` file beside them.
    public let damaged: [String]

    /// Opens all stores of a folder for reading.
    ///
    /// - Parameter follows: whether what an owner writes later is to be seen, as in
    ///   ``StoreInspector/init(path:follows:)``.
    /// - Throws: `StoreError`: `notFound` for a folder without stores, and what ``StoreInspector/init(path:follows:)``
    ///   throws for a store that cannot be read.
    public init(path: String, follows: Bool = false) throws {
        var members: [Member] = []
        var leftOut: [String] = []
        for file in Self.files(in: path) {
            do {
                let name = String(file.dropLast(Self.suffix.count))
                let inspector = try StoreInspector(path: Self.join(path, file), follows: follows)
                members.append(Member(name: name, inspector: inspector))
            } catch let error as StoreError where [.notAStore, .notFound].contains(error.code) {
                leftOut.append(file)
            }
        }
        guard !members.isEmpty else {
            throw StoreError(
                .notFound,
                "there is no store in the folder \(path): a store is a file NAME.db" + Self.told(leftOut))
        }
        (self.path, self.members, self.leftOut) = (path, members, leftOut)
        damaged = leftOut.filter { Self.wasStore(Self.join(path, $0)) }
    }

    /// Whether a path leads to a folder that can be read.
    public static func isFolder(_ path: String) -> Bool {
        (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil
    }

    /// The paths of the files in a folder whose names end in `.db`, ascending by name. They are not looked into.
    public static func paths(in folder: String) -> [String] { files(in: folder).map { join(folder, $0) } }

    /// Gives the connections back; later queries throw.
    public func close() { for member in members { member.inspector.close() } }

    private static let suffix = ".db"

    /// Whether a process has had a file open as its store. Databases of other applications have a `-wal` beside them
    /// too, so that says nothing.
    private static func wasStore(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: StoreFile.resolve(path) + ".owner")
    }

    /// The names of what is there in place of stores.
    private static func told(_ leftOut: [String]) -> String {
        guard !leftOut.isEmpty else { return "" }
        let names = leftOut.prefix(shownNames).joined(separator: ", ")
        let more = leftOut.count > shownNames ? " and \(leftOut.count - shownNames) more" : ""
        return "; \(names)\(more) \(leftOut.count == 1 ? "is" : "are") there and no store"
    }

    private static let shownNames = 10

    private static func files(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(suffix) && $0.count > suffix.count && !$0.hasPrefix(".") }
            .filter { !isFolder(join(folder, $0)) }.sorted()
    }

    private static func join(_ folder: String, _ file: String) -> String {
        folder.hasSuffix("/") ? folder + file : "\(folder)/\(file)"
    }
}
