import SkeinOperator
import SkeinStorage
import ChildPrograms
import Foundation
import SkeinCore
import SkeinSQLite
import Testing

@Suite("Trimming the log by command", .fewAtATime)
struct TrimTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func envelope(_ number: Int) -> Envelope {
        Envelope(
            time: Timestamp(microseconds: 1_767_225_600_000_000),
            metadata: .init(
                id: MessageID("m\(number)"), kind: .event, name: "shop.noted", version: SchemaVersion(1, 0, 0),
                source: "shop", subject: "s"),
            context: .init(correlationID: MessageID("m\(number)")), payload: Payload(bytes: Data("{}".utf8)))
    }

    private func fill() throws -> SQLiteStore {
        let store = try SQLiteStore(path: folder.file())
        let unit = CommitUnit(appends: (1...20).map { Outgoing(envelope($0)) })
        _ = try store.commit(
            CommitBatch(units: [unit]) { _ in [PositionRow(subscription: "shop/handlers", position: 15)] })
        return store
    }

    @Test("removes what nobody needs, and says what it cannot pass and where the log begins")
    func alone() async throws {
        try fill().close()
        let first = try await Skein.run("store", "trim", "--messages", "12", store: folder.file())
        #expect(first.lines.first == "Removed 8 messages; the log begins at message 9.", "\(first.error)")
        let second = try await Skein.run("store", "trim", "--older-than", "1d", "--json", store: folder.file())
        let report = try #require(try second.objects().first)
        #expect(report["removed"] as? Int == 7)
        #expect(report["trimmedThrough"] as? Int == 15)
        #expect(report["holds"] as? [String] == ["subscription 'shop/handlers' goes on with message 16"])
        let events = try await Skein.run("events", "--oldest-first", store: folder.file())
        #expect(events.error == "skein: the log begins at message 16; those before it were removed.\n")
        #expect(events.lines.count == 6)
        let gone = try await Skein.run("show", "m3", store: folder.file())
        #expect(gone.exitCode == 1)
        #expect(gone.error.contains("the log begins at message 16"))
        let info = try await Skein.run("store", "info", store: folder.file())
        #expect(info.output.contains("the oldest, up to message 15"))
        let check = try await Skein.run("store", "check", store: folder.file())
        #expect(check.exitCode == 0, "\(check.output)")
    }

    @Test("goes through the process that has the store")
    func owned() async throws {
        let store = try fill()
        let runtime = try Runtime(store: store, components: [])
        async let running: Void = runtime.run(controlledOver: store)
        try await waitUntil("the socket") { StoreOwner.current(of: folder.file())?.socket != nil }
        let result = try await Skein.run("store", "trim", "--messages", "12", store: folder.file())
        #expect(result.lines.first == "Removed 8 messages; the log begins at message 9.", "\(result.error)")
        await runtime.stop()
        try await running
    }
}
