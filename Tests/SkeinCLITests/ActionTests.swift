import SkeinOperator
import SkeinStorage
import ChildPrograms
import Foundation
import SkeinCore
import SkeinSQLite
import Testing

@Suite("Acting on a store", .fewAtATime)
struct ActionTests {
    let folder: TemporaryFolder
    let store: String
    let machine = Machine()

    init() async throws {
        folder = try TemporaryFolder()
        store = folder.file()
        try await fill(store)
    }

    /// Runs the shop on the store with a control server while `body` runs.
    private func whileRunning(_ body: (Runtime) async throws -> Void) async throws {
        try await whileServing(shop(machine), on: store, body)
    }

    private func reader<Value>(_ body: (StoreInspector) throws -> Value) throws -> Value {
        try body(try StoreInspector(path: store))
    }

    @Test("retries what an incident holds up, without a runtime; the next one goes on")
    func retryOffline() async throws {
        let result = try await Skein.run("retry", "1", store: store)
        #expect(result.exitCode == 0)
        #expect(result.output == "Incident 1: retried.\n")
        #expect(try reader { try $0.incidents().isEmpty })
        machine.mend()
        try await whileRunning { runtime in
            try await waitUntil("the packing") { try reader { try $0.messages().first?.name } == "stock.packed" }
        }
        let again = try await Skein.run("retry", "1", store: store)
        #expect(again.exitCode == 1)
        #expect(again.error.hasPrefix("skein: incident 1 is resolved already: it was retried at"))
    }

    @Test("retries what an incident holds up, through the runtime that has the store")
    func retryLive() async throws {
        machine.mend()
        try await whileRunning { runtime in
            let result = try await Skein.run("retry", "1", "--json", store: store)
            #expect(result.exitCode == 0)
            #expect(result.output.contains(#""outcome":"retried""#))
            await runtime.settle()
            #expect(try reader { try $0.messages().first?.name } == "stock.packed")
            #expect(try await Skein.run("retry", "1", store: store).exitCode == 1)
            let many = try await Skein.run("retry", "1", "99", store: store)
            #expect(many.exitCode == 1)
            #expect(many.error.contains("there is no incident 99"))
        }
    }

    @Test("shows in JSON, with a code, what was refused", arguments: [false, true])
    func refusedInJSON(live: Bool) async throws {
        func act() async throws {
            let result = try await Skein.run("retry", "99", "--json", store: store)
            #expect(result.exitCode == 1)
            #expect(result.error == "skein: there is no incident 99\n")
            let report = try JSONDecoder().decode(ActionReport.self, from: Data(result.output.utf8))
            #expect(report.changes.isEmpty)
            #expect(report.refused == [.init(ActionError(.unknownIncident, "there is no incident 99"), incident: 99)])
        }
        if live { try await whileRunning { _ in try await act() } } else { try await act() }
    }

    @Test("edits a payload and tries again", arguments: [false, true])
    func edit(live: Bool) async throws {
        func act() async throws {
            let broken = try await Skein.run("edit", "1", "--payload", "{", store: store)
            #expect(broken.exitCode == 1)
            #expect(broken.error.contains("is no JSON"))
            let result = try await Skein.run("edit", "1", "--file", "-", store: store, input: #"{"orderID":"good"}"#)
            #expect(result.output == "Incident 1: edited.\n")
        }
        if !live { try await act() }
        try await whileRunning { runtime in
            if live { try await act() }
            try await waitUntil("the packing") { try reader { try $0.messages().first?.name } == "stock.packed" }
        }
        #expect(try reader { try $0.messages().first?.subject } == "good")
    }

    @Test("skips a message", arguments: [false, true])
    func skip(live: Bool) async throws {
        func act() async throws {
            #expect(try await Skein.run("skip", "1", store: store).output == "Incident 1: skipped.\n")
        }
        if !live { try await act() }
        try await whileRunning { runtime in
            if live { try await act() }
            try await waitUntil("the end of parking") { try reader { try $0.parkedKeys().isEmpty } }
        }
        #expect(try reader { try $0.incident(1)?.resolution } == "skipped")
    }

    @Test("redirects a message to the component that has taken its type over", arguments: [false, true])
    func redirect(live: Bool) async throws {
        func act() async throws {
            let refused = try await Skein.run("redirect", "1", "--to", "shop", store: store)
            #expect(refused.exitCode == 1)
            #expect(refused.error.hasPrefix("skein: incident 1 cannot be redirected to 'shop': it takes no"))
            let result = try await Skein.run("redirect", "--cause", "Pack", "--to", "packing", store: store)
            #expect(result.output == "Incident 1: redirected.\n")
        }
        let moved = [
            Component("shop") { Processes(Delivery()) },
            Component("packing") {
                Publishes(Repacked.self)
                Handle(Pack.self) { pack, context in try context.publish(Repacked(orderID: pack.orderID)) }
            },
        ]
        // The store learns who takes what when a runtime has run.
        try await whileServing(moved, on: store) { _ in if live { try await act() } }
        if !live { try await act() }
        try await whileServing(moved, on: store) { _ in
            try await waitUntil("the repacking") { try reader { try $0.messages().first?.name } == "packing.repacked" }
        }
        #expect(try reader { try $0.messages().first?.subject } == "bad1")
        #expect(try reader { try $0.incidents().isEmpty })
    }

    @Test("suspends, resumes and cancels an instance", arguments: [false, true])
    func instance(live: Bool) async throws {
        func act() async throws {
            #expect(try await Skein.run("suspend", "1", store: store).output == "Instance 1: suspended.\n")
            #expect(try await Skein.run("instance", "1", store: store).output.contains("skein resume 1"))
            let named = try await Skein.run("instance", "1", "--store", store, columns: nil)
            #expect(named.output.contains("skein resume 1 --store \(store)"), "\(named.output)")
            #expect(try await Skein.run("resume", "1", store: store).output == "Instance 1: resumed.\n")
            #expect(try await Skein.run("resume", "1", store: store).error == "skein: instance 1 is not suspended\n")
            let canceled = try await Skein.run("cancel", "1", "--reason", "test", store: store)
            #expect(canceled.output == "Instance 1: canceled.\n")
        }
        if !live { try await act() }
        try await whileRunning { runtime in
            if live { try await act() }
            try await waitUntil("the end") { try reader { try $0.instance(1)?.instance.status } == .canceled }
        }
        #expect(try await Skein.run("store", "check", store: store).exitCode == 0)
    }

    @Test("terminates an instance, which publishes nothing more", arguments: [false, true])
    func terminate(live: Bool) async throws {
        func act() async throws {
            let result = try await Skein.run("terminate", "1", "--reason", "by hand", store: store)
            #expect(result.output == "Instance 1: terminated.\n")
            let again = try await Skein.run("terminate", "1", store: store)
            #expect(again.exitCode == 1)
            #expect(again.error.hasPrefix("skein: instance 1 has ended"))
        }
        if !live { try await act() }
        try await whileRunning { runtime in
            if live { try await act() }
            await runtime.settle()
        }
        let detail = try #require(try reader { try $0.instance(1) })
        #expect(detail.instance.endedAt != nil && detail.waits.isEmpty)
        #expect(try reader { try $0.messages().count } == 6)
        #expect(try await Skein.run("store", "check", store: store).exitCode == 0)
    }

    @Test("retries everything of one cause")
    func cause() async throws {
        let result = try await Skein.run("retry", "--cause", "Pack", store: store)
        #expect(result.output == "Incident 1: retried.\n")
        #expect(try await Skein.run("retry", "--cause", "Pack", store: store).output == "Nothing to do.\n")
    }

    @Test("that a process has open and takes no requests for is put off")
    func noSocket() async throws {
        let open = try SQLiteStore(path: store)
        for command in [["retry", "1"], ["store", "relay"]] {
            let result = try await Skein.run(command, store: store)
            #expect(result.exitCode == 75)
            #expect(result.error.contains("which takes no requests"))
        }
        #expect(try await Skein.run("events", store: store).exitCode == 0)
        try open.close()
    }

    @Test("whose owner announces a socket that nobody answers on is unavailable")
    func deadSocket() async throws {
        let open = try SQLiteStore(path: store)
        open.announce(socket: folder.file("dead.sock"))
        let result = try await Skein.run("retry", "1", store: store)
        #expect(result.exitCode == 69)
        #expect(result.error.contains("dead.sock"))
        try open.close()
    }

    @Test("can be looked into meanwhile, and tells who has it")
    func whileOwned() async throws {
        try await whileRunning { runtime in
            try await runtime.client(as: "bank").publish(OrderPaid(orderID: "z"))
            #expect(try await Skein.run("events", "--json", store: store).objects().count == 7)
            let info = try #require(try await Skein.run("store", "info", "--json", store: store).objects().first)
            #expect((info["owner"] as? [String: Any])?["pid"] as? Int == Int(getpid()))
            #expect(info["counts"] != nil)
            #expect(try await Skein.run("store", "relay", store: store).output == "Moved 0 messages.\n")
        }
    }

    @Test("can be followed, and what is published appears")
    func follow() async throws {
        try await whileRunning { runtime in
            let process = Process()
            (process.executableURL, process.arguments) = (
                Skein.binary, ["events", "--follow", "--json", "--limit", "1", "--store", store]
            )
            let (output, _) = try Skein.start(process)
            let first = await Skein.read(output) { $0.contains("\n") }
            #expect(first.contains("bank.orderPaid"))
            try await runtime.client(as: "shop").publish(OrderPlaced(orderID: "followed"))
            let text = await Skein.read(output) { $0.contains("stock.packed") }
            kill(process.processIdentifier, SIGKILL)
            #expect(text.contains("\"subject\":\"followed\""))
        }
    }
}
