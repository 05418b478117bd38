import SkeinOperator
import SkeinStorage
public import ArgumentParser
import Foundation
public import SkeinCore
import SkeinSQLite

/// Which store, and how to answer.
struct StoreOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The store's file, or a folder of several; SKEIN_STORE where it is left out.", valueName: "file"))
    var store: String?

    @Flag(help: "Answer in JSON: one object a line for lists, else one object.")
    var json = false

    /// What was named: a file, or a folder of them.
    func given() throws -> String { try Self.named(store) }

    /// What was named on the command line, or else by the environment.
    static func named(_ store: String?) throws -> String {
        if let store { return store }
        if let path = ProcessInfo.processInfo.environment["SKEIN_STORE"], !path.isEmpty { return path }
        throw ValidationError("Name a store: --store FILE, or set SKEIN_STORE.")
    }

    /// What a suggested command needs to find the same store: nothing where the environment names it.
    var words: String { store.map { " --store \($0.shellWord)" } ?? "" }

    /// For what one store is needed for.
    func inspector(follows: Bool = false) throws -> StoreInspector {
        try StoreInspector(path: try path(), follows: follows)
    }
}

/// A point in time on the command line: RFC 3339, or how long ago (`90s`, `15m`, `2h`, `3d`).
struct Moment {
    let timestamp: Timestamp

    init?(argument: String) {
        if let timestamp = try? Timestamp(rfc3339: argument) {
            self.timestamp = timestamp
            return
        }
        guard let unit = argument.last, let number = Int64(argument.dropLast()), number >= 0 else { return nil }
        let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let factor = seconds[unit], number < 1_000_000 else { return nil }
        timestamp = Times.now.advanced(by: .seconds(-number * factor))
    }
}

/// `name=value` on the command line.
struct Assignment {
    let name: String
    let value: String

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
        name = String(argument[..<equals])
        value = String(argument[argument.index(after: equals)...])
    }
}

extension MessageKind: ExpressibleByArgument {}
extension Audience: ExpressibleByArgument {}
extension InstanceStatus: ExpressibleByArgument {}
