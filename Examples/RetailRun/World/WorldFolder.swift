import Foundation
import RetailWorld
import Skein

/// The directory of an outside world, and the store that it belongs to.
///
/// A world's record is only worth something together with the store whose calls it holds, so the first run writes the
/// store's identity into the file `store.json` beside the record, and everybody else compares.
struct WorldFolder: Sendable {
    private struct Mark: Codable {
        var store: String
        var path: String
    }

    static let markName = "store.json"

    /// The path as it was given.
    let path: String
    private var mark: String { path + "/" + Self.markName }

    init(_ path: String) { self.path = path }

    /// Whether a run has taken it for its store; what was never marked is most likely no world at all.
    var isMarked: Bool { FileManager.default.fileExists(atPath: mark) }

    /// Makes the directory where it is missing.
    ///
    /// - Throws: ``CommandFailure`` with code `cannotCreate` when it is no directory, or nobody may write there.
    func prepare() throws {
        try WritableFolder.prepare(path, as: Self.role)
    }

    /// Takes the directory for a store, or finds that it is taken for it.
    ///
    /// - Throws: ``CommandFailure``: `usage` when it belongs to another store, `cannotCreate` when that cannot be
    ///   written down; ``WorldError`` when the record cannot be read.
    func claim(for store: ShopTables.Identity, at file: String) throws {
        let records = try CallLog.records(in: path)
        if try read() == nil {
            // Worlds were not marked at all times; with orders in the store, a record of calls is most likely of these.
            let hasCalls = records.contains { $0.service != .start }
            if store.isUnused, hasCalls {
                throw CommandFailure(
                    .usage,
                    "\(path) has a record of calls already, and the store \(file) is new; \(Self.wayOut)")
            }
            if !store.isUnused, !hasCalls {
                throw CommandFailure(
                    .usage,
                    "the store \(file) has orders already, and the world in \(path) is new: it would not know the "
                        + "calls that were made; name the world that belongs to the store, or a new store")
            }
            try write(Mark(store: store.id, path: URL(fileURLWithPath: file).path))
        }
        try check(store.id, at: file)
    }

    /// Takes the directory for the shop of one of its parts, or finds that it is taken for that shop. All files of a
    /// shop have one identity; the first part to come decides it.
    ///
    /// - Parameter file: the file of the part; the shop is told by the folder in which it lies.
    /// - Throws: as ``claim(for:at:)``.
    func claim(for store: SQLiteStore, ofPartAt file: String) throws {
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        if try read() == nil { try write(Mark(store: UUID().uuidString, path: folder)) }
        let identity = try ShopTables.prepare(store, as: try read()?.store)
        try check(identity.id, at: file)
    }

    /// - Parameter id: the identity of the store; `nil` for one that has none.
    /// - Throws: ``CommandFailure`` with code `usage` when the directory belongs to another store, `noInput` when its
    ///   store is gone, or another one lies in its place.
    func check(_ id: String?, at file: String) throws {
        guard let mark = try read(), mark.store != id else { return }
        if mark.path == URL(fileURLWithPath: file).path {
            let fate =
                id == nil
                ? "is gone"
                : "is not what lies there now: it was replaced, or set back to before its first order (its file "
                    + "\((file + "-wal").shellWord) was lost)"
            throw CommandFailure(
                .noInput,
                "the store \(file), to which the world in \(path) belongs, \(fate). Put it back, or a backup of it "
                    + "(skein store restore BACKUP \(file.shellWord)); or begin anew, with a new store and an empty "
                    + "--world directory")
        }
        throw CommandFailure(
            .usage,
            "the world in \(path) belongs to another store than \(file): it was first used with \(mark.path); "
                + Self.wayOut)
    }

    /// Refuses a store that knows less than the world, because it would repeat orders under numbers that are taken.
    ///
    /// A call is noted in the store before it is made. So the world knows calls that the store does not only if the
    /// store was set back.
    ///
    /// - Parameter services: those that the store calls; the others are called by other parts of its shop.
    /// - Throws: ``CommandFailure`` with code `noInput`.
    func checkAge(
        of asked: AskedCalls, for services: Set<WorldService> = Set(WorldService.allCases), at file: String
    ) throws {
        let records = try CallLog.records(in: path).filter { $0.service != .start && services.contains($0.service) }
        let known = try asked.names()
        let unknown = records.filter { !known.contains($0.name) }
        guard let newest = unknown.last else { return }
        throw CommandFailure(
            .noInput,
            "the store \(file) knows less than the world in \(path): of its \(Counted(records.count, "call")), "
                + "\(unknown.count) \(unknown.count == 1 ? "has a key" : "have keys") that the store has never given "
                + "out, the newest at \(newest.at). The store was set back (an older copy, or its file "
                + "\((file + "-wal").shellWord) was lost), and would do again what has been done. Put the newer store "
                + "back: 'skein store restore' keeps what it replaces as \((file + ".before-restore-").shellWord)...; "
                + "or begin anew, with a new store and an empty --world directory")
    }

    private static let wayOut = "name the store and the world that belong together, or an empty --world directory"

    private func read() throws -> Mark? {
        guard isMarked else { return nil }
        guard let data = FileManager.default.contents(atPath: mark),
            let found = try? JSONDecoder().decode(Mark.self, from: data)
        else {
            throw CommandFailure(.noInput, "\(mark) does not say which store the world belongs to; mend or remove it")
        }
        return found
    }

    /// Whole or not at all, and never over the mark of another run that was faster.
    private func write(_ new: Mark) throws {
        let draft = "\(mark).\(getpid())"
        defer { unlink(draft) }
        let data = try JSONEncoder().encode(new)
        guard FileManager.default.createFile(atPath: draft, contents: data),
            link(draft, mark) == 0 || errno == EEXIST
        else { throw failure("cannot be written: \(mark): \(String(cString: strerror(errno)))") }
    }

    private static let role = "the directory of the outside world"

    private func failure(_ problem: String) -> CommandFailure {
        CommandFailure(.cannotCreate, "\(Self.role), \(path), \(problem)")
    }
}
