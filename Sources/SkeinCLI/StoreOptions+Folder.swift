import SkeinCore
import SkeinOperator
import SkeinStorage
import Synchronization

/// What a command looks into.
enum Sight {
    case one(StoreInspector)
    case several(StoreFolder)
}

/// Whether an answer lacks what should be in it. Who asks by a program sees that by the exit code alone.
enum Shortfall {
    private static let noted = Mutex(false)

    static var isNoted: Bool { noted.withLock { $0 } }

    static func note() { noted.withLock { $0 = true } }
}

extension StoreOptions {
    /// Opens the store that was named for reading, or all stores of a folder. A folder with a single store is that
    /// store.
    ///
    /// - Parameter isAnswer: whether the command answers with what it sees there, so that a store which cannot be read
    ///   makes it end with 1; `false` for finding the one that an action is about.
    func sight(follows: Bool = false, isAnswer: Bool = true) throws -> Sight {
        let given = try given()
        guard StoreFolder.isFolder(given) else { return .one(try StoreInspector(path: given, follows: follows)) }
        let folder = try StoreFolder(path: given, follows: follows)
        for file in folder.leftOut {
            let what = folder.damaged.contains(file) ? "was a store and is none any more" : "is no store"
            Terminal.error.write("skein: \(file.printable) in \(given) \(what), and is left out")
        }
        if isAnswer, !folder.damaged.isEmpty { Shortfall.note() }
        guard folder.members.count == 1 else { return .several(folder) }
        return .one(folder.members[0].inspector)
    }

    /// The files that were named: one, or those of a folder that are stores.
    func paths(isAnswer: Bool = true) throws -> [String] {
        switch try sight(isAnswer: isAnswer) {
        case .one(let inspector):
            inspector.close()
            return [inspector.path]
        case .several(let folder):
            folder.close()
            return folder.members.map(\.inspector.path)
        }
    }

    /// The one store that was named.
    ///
    /// - Throws: `Failure` for a folder with several.
    func path() throws -> String {
        let given = try given()
        guard StoreFolder.isFolder(given) else { return given }
        let paths = try paths(isAnswer: false)
        guard paths.count == 1 else {
            throw Failure(64, "\(given) has several stores, and one is needed: \(Self.choice(paths))")
        }
        return paths[0]
    }

    /// The same, for another store.
    func with(store path: String) -> StoreOptions {
        var copy = self
        copy.store = path
        return copy
    }

    /// The same for the one store of a folder that holds something; for a single store just the same.
    ///
    /// - Parameters:
    ///   - what: for errors, such as `incident 3`.
    ///   - codes: of the errors when no store holds it, and when several do.
    /// - Throws: `ActionError`.
    func narrowed(
        to what: String, _ codes: (unknown: ActionError.Code, ambiguous: ActionError.Code),
        where holds: (StoreInspector) throws -> Bool
    ) throws -> StoreOptions {
        guard StoreFolder.isFolder(try given()), case .several(let folder) = try sight(isAnswer: false)
        else { return self }
        defer { folder.close() }
        let holders = try folder.members.filter { try holds($0.inspector) }
        if holders.count == 1 { return with(store: holders[0].inspector.path) }
        guard !holders.isEmpty else {
            let names = folder.members.map(\.name).joined(separator: ", ")
            throw ActionError(codes.unknown, "there is no \(what) in the stores of \(folder.path): \(names)".printable)
        }
        let choice = Self.choice(holders.map(\.inspector.path))
        throw ActionError(codes.ambiguous, "several stores have \(what): \(choice)".printable)
    }

    private static func choice(_ paths: [String]) -> String {
        let words = paths.map { "--store \($0.shellWord)" }
        return "write " + words.dropLast().joined(separator: ", ") + " or \(words.last ?? "")"
    }
}
