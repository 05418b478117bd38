import GRDB
import Skein
import Synchronization

/// What a store writes, statement by statement with its values, so that it can be written again without the runtime.
///
/// Recording makes a run slow, so it is one whose time does not count.
final class RecordedWrites: Sendable {
    /// One statement that changes rows, as it stands in ``Recording/templates``, and its values.
    struct Write: Sendable {
        let template: Int
        let values: [Value]
    }

    enum Value: Sendable {
        case null
        case integer(Int64)
        case text(String)
        case blob([UInt8])
    }

    struct Recording: Sendable {
        var templates: [String] = []
        /// The writes of each commit.
        var commits: [[Write]] = []
        fileprivate var numbers: [String: Int] = [:]
        fileprivate var open: [Write] = []
    }

    private let state = Mutex(Recording())

    /// What a runtime on an empty store writes during some work.
    static func recording(
        of component: Component, _ work: (Runtime) async throws -> Void
    ) async throws -> Recording {
        let file = try BenchFolder.file("recorded")
        let store = try SQLiteStore.sqlite(file)
        let runtime = try Runtime(store: store, component)
        runtime.start()
        let writes = RecordedWrites()
        try writes.follow(store)
        try await work(runtime)
        try writes.leave(store)
        await runtime.stop()
        try BenchFolder.remove(file: file)
        return writes.state.withLock { $0 }
    }

    /// Records what the store commits from now on.
    private func follow(_ store: SQLiteStore) throws {
        try store.database.writeWithoutTransaction { db in
            db.trace(options: .statement) { [self] event in
                guard case .statement(let statement) = event else { return }
                note(statement.sql, statement.expandedSQL)
            }
        }
    }

    /// Records nothing more.
    private func leave(_ store: SQLiteStore) throws {
        try store.database.writeWithoutTransaction { $0.trace(options: []) { _ in } }
    }

    private func note(_ template: String, _ expanded: String) {
        state.withLock { state in
            if template.hasPrefix("COMMIT") {
                if !state.open.isEmpty { state.commits.append(state.open) }
                return state.open = []
            }
            guard ["INSERT", "UPDATE", "DELETE"].contains(where: template.hasPrefix) else { return }
            let number = state.numbers[template] ?? state.templates.count
            if number == state.templates.count {
                state.numbers[template] = number
                state.templates.append(template)
            }
            state.open.append(Write(template: number, values: Self.values(in: expanded, of: template)))
        }
    }

    /// The values that stand in the expanded text where the template has question marks.
    private static func values(in expanded: String, of template: String) -> [Value] {
        var (text, values) = (Array(expanded.utf8)[...], [Value]())
        for byte in template.utf8 {
            guard byte == UInt8(ascii: "?") else {
                text = text.dropFirst()
                continue
            }
            values.append(value(&text))
        }
        return values
    }

    /// Reads a literal of SQL: `NULL`, `-1`, `'it''s'` or `x'00ff'`.
    private static func value(_ text: inout ArraySlice<UInt8>) -> Value {
        let quote = UInt8(ascii: "'")
        func quoted() -> [UInt8] {
            var bytes: [UInt8] = []
            text = text.dropFirst()
            while let byte = text.popFirst() {
                if byte == quote {
                    guard text.first == quote else { break }
                    text = text.dropFirst()
                }
                bytes.append(byte)
            }
            return bytes
        }
        switch text.first {
        case quote:
            return .text(String(decoding: quoted(), as: UTF8.self))
        case UInt8(ascii: "x"):
            text = text.dropFirst()
            let digits = quoted().map { $0 < 0x3A ? $0 - 0x30 : ($0 | 0x20) - 0x57 }
            return .blob(stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
        case UInt8(ascii: "N"):
            text = text.dropFirst(4)
            return .null
        default:
            let digits = text.prefix { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
            text = text.dropFirst(digits.count)
            return .integer(Int64(String(decoding: digits, as: UTF8.self)) ?? 0)
        }
    }
}
