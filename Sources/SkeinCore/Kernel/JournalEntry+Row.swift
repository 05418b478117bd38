internal import SkeinCloudEvents
package import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The body of a journal row, read and written by hand: every step of a process writes one, and a replay reads all.
extension JournalEntry {
    /// Reads a journal row. Members that this version does not know are passed over.
    ///
    /// - Throws: ``StoreError`` with code `corrupt`, naming the instance and entry.
    package init(_ row: JournalRow) throws {
        self.init(kind: row.kind)
        do {
            var scanner = try JSONScanner(row.body)
            var undo: String?
            try scanner.object { name, scanner throws(JSONSyntaxError) in
                switch try scanner.string(at: name) {
                case "op": op = try scanner.integer()
                case "id": messageID = try scanner.text().map { MessageID($0) }
                case "name": messageName = try scanner.text()
                case "version": messageVersion = try scanner.text()
                case "payload": payload = try scanner.text()
                case "detail": detail = try scanner.text()
                case "error": error = try scanner.text()
                case "attempts": attempts = try scanner.integer().map(Int.init)
                case "ops":
                    try scanner.array { scanner throws(JSONSyntaxError) in operations.append(try Operation(&scanner)) }
                case "events":
                    try scanner.array { scanner throws(JSONSyntaxError) in events.append(try RecordedEvent(&scanner)) }
                case "undo": undo = try scanner.text()
                default: _ = try scanner.value()
                }
            }
            try scanner.end()
            if let undo { self.undo = try JSONDecoder().decode([UndoCommand].self, from: Data(undo.utf8)) }
        } catch {
            throw StoreError(
                .corrupt, "entry \(row.seq) of the journal of instance \(row.instance) cannot be read", cause: error)
        }
        (seq, at) = (row.seq, row.at)
    }

    /// The body as it is stored. Written by hand because it is written at every step.
    var body: Data {
        var json = JSONWriter()
        json.open("{")
        json.member("op", op)
        json.member("id", messageID?.rawValue)
        json.member("name", messageName)
        json.member("version", messageVersion)
        json.member("payload", payload)
        json.member("detail", detail)
        json.member("error", error)
        json.member("attempts", attempts.map(Int64.init))
        if !operations.isEmpty {
            json.array("ops", operations) { json, operation in
                json.member("k", operation.kind)
                json.member("s", operation.seq)
                json.member("n", operation.name)
                json.member("c", operation.command)
            }
        }
        if !events.isEmpty {
            json.array("events", events) { json, event in
                json.member("name", event.name)
                json.member("version", event.version)
                json.member("payload", event.payload)
            }
        }
        if !undo.isEmpty, let text = try? JSONEncoder.sorted.encode(undo) {
            json.member("undo", String(decoding: text, as: UTF8.self))
        }
        json.close("}")
        return Data(json.bytes)
    }
}

extension JournalEntry.Operation {
    fileprivate init(_ scanner: inout JSONScanner) throws(JSONSyntaxError) {
        var (kind, seq, name, command): (String?, Int64?, String?, String?) = (nil, nil, nil, nil)
        try scanner.object { member, scanner throws(JSONSyntaxError) in
            switch try scanner.string(at: member) {
            case "k": kind = try scanner.text()
            case "s": seq = try scanner.integer()
            case "n": name = try scanner.text()
            case "c": command = try scanner.text()
            default: _ = try scanner.value()
            }
        }
        guard let kind, let seq, let name else { throw scanner.error("an operation lacks its kind, number or name") }
        self.init(kind: kind, seq: seq, name: name, command: command)
    }
}

extension JournalEntry.RecordedEvent {
    fileprivate init(_ scanner: inout JSONScanner) throws(JSONSyntaxError) {
        var (name, version, payload): (String?, String?, String?) = (nil, nil, nil)
        try scanner.object { member, scanner throws(JSONSyntaxError) in
            switch try scanner.string(at: member) {
            case "name": name = try scanner.text()
            case "version": version = try scanner.text()
            case "payload": payload = try scanner.text()
            default: _ = try scanner.value()
            }
        }
        guard let name, let version, let payload else {
            throw scanner.error("an event lacks its name, version or payload")
        }
        self.init(name: name, version: version, payload: payload)
    }
}

extension JSONScanner {
    /// The string that comes next; `nil` for `null`.
    fileprivate mutating func text() throws(JSONSyntaxError) -> String? {
        let range = try value()
        switch bytes[range.lowerBound] {
        case UInt8(ascii: "\""): return try string(at: range)
        case UInt8(ascii: "n"): return nil
        default: throw error("a string is missing")
        }
    }

    /// The whole number that comes next; `nil` for `null`.
    fileprivate mutating func integer() throws(JSONSyntaxError) -> Int64? {
        let range = try value()
        guard bytes[range.lowerBound] != UInt8(ascii: "n") else { return nil }
        guard let number = Int64(String(decoding: bytes[range], as: UTF8.self)) else {
            throw error("a whole number is missing")
        }
        return number
    }
}
