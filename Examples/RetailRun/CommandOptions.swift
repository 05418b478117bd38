import Foundation

/// The arguments of one command, taken out one by one; what is left at the end was not understood.
struct CommandOptions {
    private var rest: [String]
    private let usage: String

    init(_ arguments: [String], usage: String) { (rest, self.usage) = (arguments, usage) }

    mutating func flag(_ name: String) -> Bool {
        guard let index = rest.firstIndex(of: name) else { return false }
        rest.remove(at: index)
        return true
    }

    mutating func value<Value>(_ name: String, _ read: (String) throws -> Value?) throws -> Value? {
        guard let index = rest.firstIndex(of: name) else { return nil }
        guard index + 1 < rest.count else { throw CommandError("\(name) needs a value", usage: usage) }
        let text = rest[index + 1]
        guard let value = try read(text) else { throw CommandError("\(name) cannot be '\(text)'", usage: usage) }
        rest.removeSubrange(index...index + 1)
        return value
    }

    mutating func required(_ name: String) throws -> String {
        guard let value = try value(name, { $0 }) else { throw CommandError("\(name) is missing", usage: usage) }
        return value
    }

    func finish() throws {
        if let first = rest.first { throw CommandError("'\(first)' is not understood", usage: usage) }
    }
}

/// A command line that cannot be carried out.
public struct CommandError: Error, CustomStringConvertible {
    public let description: String

    init(_ problem: String, usage: String) { description = problem + "\n\n" + usage }
}
