import Foundation
import RetailWorld
import SkeinCore

/// The arguments of `retail-world`.
struct WorldOptions {
    var directory = ""
    var configuration = WorldConfiguration()
    var isDetached = false
    var isHelp = false

    init(_ arguments: some Sequence<String>) throws {
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h": isHelp = true
            case "--detached": isDetached = true
            case "--seed": configuration.seed = try Self.value(&rest, argument) { UInt64($0) }
            case "--fail-rate": configuration.failRate = try Self.share(&rest, argument)
            case "--slow-rate": configuration.slowRate = try Self.share(&rest, argument)
            case "--silent-rate": configuration.silentRate = try Self.share(&rest, argument)
            case "--expired-rate": configuration.expiredRate = try Self.share(&rest, argument)
            case "--slow": configuration.slowness = try Self.value(&rest, argument) { try Duration(iso8601: $0) }
            case "--idle": configuration.idle = try Self.value(&rest, argument) { try Duration(iso8601: $0) }
            default:
                guard !argument.hasPrefix("-"), directory.isEmpty else {
                    throw WorldOptionError("'\(argument)' is not understood; see retail-world --help")
                }
                directory = argument
            }
        }
        if directory.isEmpty && !isHelp { throw WorldOptionError("the directory is missing; see retail-world --help") }
    }

    private static func share(_ rest: inout ArraySlice<String>, _ name: String) throws -> Double {
        try value(&rest, name) { text in Double(text).flatMap { (0...1).contains($0) ? $0 : nil } }
    }

    private static func value<Value>(
        _ rest: inout ArraySlice<String>, _ name: String, _ read: (String) throws -> Value?
    ) throws -> Value {
        guard let text = rest.popFirst() else { throw WorldOptionError("\(name) needs a value") }
        guard let value = try read(text) else { throw WorldOptionError("\(name) cannot be '\(text)'") }
        return value
    }
}

/// An argument that is missing or not understood.
struct WorldOptionError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
