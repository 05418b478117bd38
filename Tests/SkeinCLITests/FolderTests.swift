import ChildPrograms
import Foundation
import SkeinCore
import SkeinOperator
import SkeinSQLite
import SkeinStorage
import SkeinTesting
import Testing

@Suite("A folder of stores", .fewAtATime)
struct FolderTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path
        let broker = MemoryBroker()
        let groups = shop().map { [$0] } + [[Component("bank") { Publishes(OrderPaid.self) }]]
        let path = path
        let processes = try SimulatedProcesses(broker: broker, of: groups) { name in
            try SQLiteStore(path: "\(path)/\(name).db")
        }
        try processes.publish(OrderPlaced(orderID: "a"), as: "shop")
        processes.run(for: .seconds(10))
        try processes.publish(OrderPlaced(orderID: "bad1"), as: "shop")
        processes.run(for: .seconds(10))
        try processes.publish(OrderPaid(orderID: "a"), as: "bank")
        processes.run(for: .seconds(10))
        for name in processes.names { try processes.process(of: name).runtime.store.close() }
    }

    private func run(_ arguments: String...) async throws -> Skein.Result {
        try await Skein.run(arguments + ["--store", path])
    }

    private func objects(_ arguments: String...) async throws -> [[String: Any]] {
        let result = try await Skein.run(arguments + ["--store", path, "--json"])
        #expect(result.exitCode == 0, "\(result.error)")
        return try result.objects()
    }

    @Test("shows a chain over several files as one, each message once, in the order of time")
    func chain() async throws {
        let first = try #require(await objects("events", "--name", "shop.orderPlaced", "--subject", "a").first)
        let id = try #require(first["id"] as? String)
        let chain = try await objects("events", "--correlation", id)
        #expect(chain.map { $0["name"] as? String } == ["shop.orderPlaced", "stock.pack", "stock.packed"])
        #expect(chain.map { $0["store"] as? String } == ["shop", "shop", "stock"])
        let command = try #require(chain.first { $0["name"] as? String == "stock.pack" })
        #expect((command["copies"] as? [[String: Any]])?.map { $0["store"] as? String } == ["stock"])
        let handling = try #require((command["handling"] as? [[String: Any]])?.first)
        #expect(handling["store"] as? String == "stock" && handling["state"] as? String == "handled")
        let result = try await run("events", "--correlation", id)
        #expect(result.lines[0].hasPrefix("TIME (UTC)           WRITTEN"))
        #expect(result.lines[2].contains(/\ shop\/\d+ +command +stock.pack +a +stock$/), "\(result.output)")
        #expect(result.lines[3].contains(/\ stock\/\d+ +event +stock.packed +a +shop$/), "\(result.output)")
    }

    @Test("lists every message of its stores once, however many have it, and at most as many as asked for")
    func once() async throws {
        let ids = try await objects("events").compactMap { $0["id"] as? String }
        #expect(ids.count == Set(ids).count)
        var all: Set<String> = []
        for name in ["shop", "stock", "bank"] {
            let inspector = try StoreInspector(path: "\(path)/\(name).db")
            all.formUnion(try inspector.messages().map(\.id.rawValue))
        }
        #expect(Set(ids) == all && ids.count == 6)
        #expect(try await objects("events", "--limit", "2").compactMap { $0["id"] as? String } == ids.suffix(2))
        let oldest = try await objects("events", "--limit", "2", "--oldest-first").compactMap { $0["id"] as? String }
        #expect(oldest == Array(ids.prefix(2)))
    }

    @Test("shows a message with who handled it in which file, by its id or by store and position")
    func show() async throws {
        let command = try #require(await objects("events", "--name", "stock.pack", "--subject", "bad1").first)
        let id = try #require(command["id"] as? String)
        let result = try await run("show", id)
        #expect(result.output.contains(/store +shop\n/) && result.output.contains(/also in +stock\/\d+\n/))
        #expect(result.output.contains("stock/handlers  incident, in stock, 1 attempts"), "\(result.output)")
        let position = try #require(command["position"] as? Int)
        #expect(try await run("show", "shop/\(position)").output == result.output)
        let alone = try await run("show", "\(position)")
        #expect(alone.exitCode == 1 && alone.error.contains("a position needs its store, such as bank/\(position)"))
    }

    @Test("lists instances and incidents with their stores, and finds the store of an address")
    func instances() async throws {
        let result = try await run("instances")
        #expect(result.lines.count == 3 && result.lines[0].contains("ID  STORE  PROCESS"))
        #expect(result.lines[1].contains(/1 +shop +shop\/delivery|2 +shop +shop\/delivery/))
        let why = try await run("why", "shop/delivery/a")
        #expect(why.exitCode == 0 && why.output.contains("\(path)/shop.db"))
        let incident = try #require(await objects("incidents").first)
        #expect(incident["store"] as? String == "stock")
        #expect(try await run("incidents").lines[1].contains(/1 +stock +/))
        let unknown = try await run("why", "shop/delivery/x")
        #expect(unknown.exitCode == 1)
        #expect(unknown.error.contains("no instance shop/delivery/x in the stores of \(path): bank, shop, stock"))
    }

    @Test("takes the open one of incidents with one number, and refuses when several are open")
    func incidentNumbers() async throws {
        func put(_ resolved: Timestamp?, into store: String) throws {
            let opened = try SQLiteStore(path: "\(path)/\(store).db")
            let row = IncidentRow(
                id: 1, component: store, kind: "handler", subscription: "\(store)/handlers", key: "k", position: 1,
                cause: "Jam", error: "jammed", at: Timestamp(microseconds: 0), resolvedAt: resolved)
            _ = try opened.commit(CommitBatch(units: [CommitUnit(writes: [.putIncident(row)])]))
            try opened.close()
        }
        try put(nil, into: "bank")
        let several = try await run("skip", "1")
        #expect(several.exitCode == 1)
        #expect(several.error.contains("write --store \(path)/bank.db or --store \(path)/stock.db"), "\(several.error)")
        try put(Timestamp(microseconds: 1), into: "bank")
        #expect(try await run("skip", "1").output.contains("Incident 1: skipped"))
        #expect(try StoreInspector(path: "\(path)/stock.db").incidents().isEmpty)
        #expect(try await run("skip", "99").error.contains("there is no incident 99 in the stores of \(path)"))
    }

    @Test("has an action go to the one store that has what it is about")
    func act() async throws {
        #expect(try await run("skip", "1").output.contains("Incident 1: skipped"))
        #expect(try StoreInspector(path: "\(path)/stock.db").incidents().isEmpty)
        let suspended = try await run("suspend", "delivery/a")
        #expect(suspended.exitCode == 0, "\(suspended.error)")
        #expect(try StoreInspector(path: "\(path)/shop.db").instances().last?.status == .suspended)
        let several = try await run("suspend", "--channel", "shop")
        #expect(several.exitCode == 1)
        #expect(several.error.contains("several stores have channel 'shop': write --store \(path)/bank.db, "))
        let trim = try await run("store", "trim", "--messages", "1")
        #expect(trim.exitCode == 64 && trim.error.contains("or --store \(path)/stock.db"))
    }

    @Test("shows channels, the catalogue and the state of all its stores")
    func others() async throws {
        let channels = try await objects("channels")
        #expect(channels.map { $0["store"] as? String } == ["bank", "shop", "stock"])
        #expect(try await run("channels").lines[0].hasPrefix("STORE  CHANNEL"))
        let report = try #require(await objects("catalogue").first)
        let entries = try #require(report["components"] as? [[String: Any]])
        #expect(entries.allSatisfy { $0["channel"] == nil })
        let traffic = try #require(report["traffic"] as? [[String: Any]])
        let placed = try #require(traffic.first { $0["name"] as? String == "shop.orderPlaced" })
        #expect(placed["count"] as? Int == 2)
        #expect(try await objects("store", "info").count == 3)
        #expect(try await run("store", "check").exitCode == 0)
    }

    @Test("leaves out what is no store, and is refused without any")
    func leftOut() async throws {
        try Data("Dear diary, this is more than sixteen bytes.".utf8).write(
            to: URL(fileURLWithPath: folder.file("diary.db")))
        let result = try await run("instances")
        #expect(result.exitCode == 0 && result.lines.count == 3)
        #expect(result.error == "skein: diary.db in \(path) is no store, and is left out\n")
        let empty = try TemporaryFolder()
        let none = try await Skein.run("events", "--store", empty.path)
        #expect(none.exitCode == 66 && none.error.contains("there is no store in the folder \(empty.path)"))
    }

    @Test("leaves out a link that leads nowhere, and tells what is there in place of stores")
    func links() async throws {
        try FileManager.default.createSymbolicLink(atPath: folder.file("gone.db"), withDestinationPath: "nowhere")
        let result = try await run("instances")
        #expect(result.exitCode == 0 && result.lines.count == 3)
        #expect(result.error == "skein: gone.db in \(path) is no store, and is left out\n")
        let foreign = try TemporaryFolder()
        try Data("hello".utf8).write(to: URL(fileURLWithPath: foreign.file("order.db")))
        let none = try await Skein.run("events", "--store", foreign.path)
        #expect(none.exitCode == 66 && none.error.contains("order.db is there and no store"), "\(none.error)")
    }

    @Test("ends a list with 1 where a file was a store, and carries out actions on the others")
    func damaged() async throws {
        let handle = try #require(FileHandle(forWritingAtPath: "\(path)/bank.db"))
        try handle.write(contentsOf: Data(repeating: 0x2A, count: 100))
        try handle.close()
        let result = try await run("incidents")
        #expect(result.exitCode == 1 && result.lines.count > 1, "\(result)")
        #expect(result.error == "skein: bank.db in \(path) was a store and is none any more, and is left out\n")
        #expect(try await run("channels", "--json").exitCode == 1)
        #expect(try await run("skip", "1").exitCode == 0)
    }

    @Test(
        "refuses a cursor that is a number of one store",
        arguments: [["events", "--after"], ["instances", "--before"]])
    func cursors(command: [String]) async throws {
        let result = try await Skein.run(command + ["1", "--store", path])
        #expect(result.exitCode == 64 && result.error.contains("name one by --store FILE"))
    }

    @Test("is one store where it has a single one")
    func single() async throws {
        for name in ["bank", "stock"] { try FileManager.default.removeItem(atPath: "\(path)/\(name).db") }
        let whole = try await Skein.run("events", "--json", "--store", "\(path)/shop.db")
        #expect(try await run("events", "--json").output == whole.output && !whole.output.isEmpty)
    }

    @Test("is followed in all its stores, each message once")
    func follow() async throws {
        let path = path
        let stores = try ["bank", "shop"].map { try SQLiteStore(path: "\(path)/\($0).db") }
        let process = Process()
        (process.executableURL, process.arguments) = (
            Skein.binary, ["events", "--follow", "--json", "--limit", "1", "--store", path]
        )
        let (output, _) = try Skein.start(process)
        let first = await Skein.read(output) { $0.contains("\n") }
        #expect(first.contains("bank.orderPaid"))
        let now = RuntimeEnvironment.system.clock.now
        let origin = ChannelOrigin(channel: SimulatedProcesses.channel, topic: "bank.events")
        for key in ["y", "z"] {
            for (store, origin) in zip(stores, [nil, origin]) {
                let unit = CommitUnit(appends: [Outgoing(paid(key, at: now), origin: origin)])
                _ = try store.commit(CommitBatch(units: [unit]))
            }
        }
        let text = await Skein.read(output) { $0.contains("\"subject\":\"z\"") }
        kill(process.processIdentifier, SIGKILL)
        let lines = text.split(separator: "\n").filter { $0.contains("\"subject\"") }
        #expect(lines.count == 2 && lines[0].contains("\"subject\":\"y\""), "\(text)")
        for store in stores { try store.close() }
    }

    private func paid(_ key: String, at now: Timestamp) -> Envelope {
        let id = MessageID("paid-\(key)")
        return Envelope(
            time: now,
            metadata: Envelope.Metadata(
                id: id, kind: .event, name: OrderPaid.name, version: SchemaVersion(1, 0, 0), source: "bank",
                subject: key),
            context: Envelope.Context(correlationID: id),
            payload: Payload(contentType: "application/json", bytes: Data("{}".utf8)))
    }
}
