import SkeinStorage
import ChildPrograms
import Foundation
import SkeinCore
import SkeinSQLite
import Testing

@Suite("Looking into a store that nobody has open", .fewAtATime)
struct LookingTests {
    let folder: TemporaryFolder
    let store: String

    init() async throws {
        folder = try TemporaryFolder()
        store = folder.file()
        try await fill(store)
    }

    private func json(_ arguments: String...) async throws -> [[String: Any]] {
        let result = try await Skein.run(arguments + ["--json"], store: store)
        #expect(result.exitCode == 0)
        return try result.objects()
    }

    @Test("lists messages, the newest last, in eighty columns")
    func events() async throws {
        let result = try await Skein.run("events", store: store)
        #expect(result.exitCode == 0)
        #expect(result.lines[0].hasPrefix("POSITION  TIME (UTC)           KIND"))
        #expect(result.lines.count == 7)
        #expect(result.lines.allSatisfy { $0.count <= 80 })
        #expect(!result.output.contains("\u{1B}"))
        #expect(try await json("events").map { $0["position"] as? Int } == [1, 2, 3, 4, 5, 6])
    }

    @Test(
        "filters messages",
        arguments: [
            (["--name", "shop.orderPlaced"], 2), (["--name", "stock.*"], 3), (["--component", "stock"], 3),
            (["--kind", "command"], 2), (["--subject", "a"], 3), (["--asset", "invoice-bad1"], 1),
            (["--since", "1h"], 6), (["--user", "piggy"], 1), (["--user", "nobody"], 0), (["--audience", "domain"], 6),
            (["--audience", "system"], 0), (["--recipient", "stock"], 2),
            (["--until", "2020-01-01T00:00:00Z"], 0), (["--after", "4"], 2), (["--limit", "2"], 2),
            (["--name", "shop.orderPlaced", "--subject", "a", "--kind", "event"], 1), (["--name", "nothing"], 0),
        ])
    func filters(arguments: [String], count: Int) async throws {
        let result = try await Skein.run(["events", "--json"] + arguments, store: store)
        #expect(result.exitCode == 0)
        #expect(try result.objects().count == count)
    }

    @Test("follows a chain by its correlation")
    func correlation() async throws {
        let first = try #require(await json("events").first?["id"] as? String)
        let chain = try await json("events", "--correlation", first).compactMap { $0["name"] as? String }
        #expect(chain == ["shop.orderPlaced", "stock.pack", "stock.packed"])
    }

    @Test("follows a message by what it caused, and by its trace")
    func causation() async throws {
        let first = try #require(await json("events").first)
        let caused = try await json("events", "--causation", #require(first["id"] as? String))
        #expect(caused.compactMap { $0["name"] as? String } == ["stock.pack"])
        let trace = try #require(first["trace"] as? String)
        for text in [trace, String(trace.dropFirst(3).prefix(32))] {
            let chain = try await json("events", "--trace", text).compactMap { $0["name"] as? String }
            #expect(chain == ["shop.orderPlaced", "stock.pack", "stock.packed"])
        }
    }

    @Test("shows a message with its handling and what it caused")
    func show() async throws {
        let id = try #require(await json("events", "--name", "shop.orderPlaced").first?["id"] as? String)
        let result = try await Skein.run("show", id, store: store)
        #expect(result.exitCode == 0)
        for text in [
            "shop.orderPlaced", id, "\"orderID\" : \"a\"", "shop/processes  handled", "instance 1  delivery a",
        ] {
            #expect(result.output.contains(text), "\(text)")
        }
        let detail = try #require(await json("show", id).first)
        #expect((detail["children"] as? [[String: Any]])?.count == 1)
        #expect(try await Skein.run("show", "1", store: store).output.contains(id))
        let unknown = try await Skein.run("show", "nobody", store: store)
        #expect(unknown.exitCode == 1)
        #expect(unknown.error == "skein: there is no message 'nobody' in \(store)\n")
        let instance = try await Skein.run("show", "shop/delivery/a", store: store)
        #expect(instance.error.contains("an instance is shown by: skein instance shop/delivery/a"))
    }

    @Test("shows which subscription has parked a message")
    func showParked() async throws {
        let id = try #require(await json("events", "--subject", "bad1", "--kind", "command").first?["id"] as? String)
        let result = try await Skein.run("show", id, store: store)
        #expect(result.output.contains("stock/handlers  incident, 1 attempts"))
        #expect(result.output.contains("jammed by 'bad1'"))
    }

    @Test("lists instances, and finds them by what they are")
    func instances() async throws {
        let result = try await Skein.run("instances", store: store)
        #expect(result.lines.count == 3)
        #expect(result.output.contains("shop/delivery"))
        #expect(result.lines.allSatisfy { $0.count <= 80 })
        #expect(try await json("instances", "--attribute", "amount=99").map { $0["key"] as? String } == ["bad1"])
        #expect(try await json("instances", "--key", "a", "--process", "delivery", "--state", "running").count == 1)
        #expect(try await json("instances", "--before", "2").map { $0["id"] as? Int } == [1])
        #expect(try await json("instances", "--state", "parked").isEmpty)
    }

    @Test("says why an instance waits, and what came close")
    func why() async throws {
        let id = try #require(await json("instances", "--key", "a").first?["id"] as? Int)
        let result = try await Skein.run("instance", "\(id)", store: store)
        #expect(result.exitCode == 0)
        let text = result.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("It waits for bank.orderPaid with the key 'a', since"))
        #expect(text.contains("subject 'p': its subject is another; it came with orderID 'x'"))
        #expect(text.contains("stock.packed"))
        #expect(result.lines.allSatisfy { $0.count <= 80 })
        let detail = try #require(await json("instance", "\(id)").first)
        let wait = try #require((detail["waits"] as? [[String: Any]])?.first)
        #expect(wait["type"] as? String == "bank.orderPaid")
        #expect((wait["nearMisses"] as? [[String: Any]])?.count == 1)
        #expect(try await Skein.run("instance", "99", store: store).exitCode == 1)
    }

    @Test("lists incidents with their errors")
    func incidents() async throws {
        let result = try await Skein.run("incidents", store: store)
        #expect(result.output.contains("stock/handlers, key bad1"))
        #expect(result.output.contains("the packing machine is jammed by 'bad1'"))
        let incident = try #require(await json("incidents").first)
        #expect(incident["kind"] as? String == "handler")
        #expect(incident["messageName"] as? String == "stock.pack")
        #expect(try await json("incidents", "--cause", "nothing").isEmpty)
    }

    @Test("tells incidents that need a person from those that are still retried")
    func failing() async throws {
        let open = try SQLiteStore(path: store)
        let since = Timestamp(microseconds: 1_767_225_600_000_000)
        let retried = IncidentRow(
            id: 7, component: "stock", kind: "handler", subscription: "stock/handlers", key: "b", cause: "Pack",
            error: "no answer", at: since, failingSince: since, nextAttempt: since.advanced(by: .minutes(10)))
        _ = try open.commit(CommitBatch(units: [CommitUnit(writes: [.putIncident(retried)])]))
        try open.close()
        let result = try await Skein.run("incidents", store: store)
        #expect(result.lines.contains { $0.contains(/^ *7 .*Pack .*retrying$/) }, "\(result.output)")
        #expect(result.lines.contains { $0.contains(/^ *1 .*Pack .*open$/) }, "\(result.output)")
        let text = result.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("failing since 2026-01-01 00:00:00"))
        #expect(text.contains("tried again at 2026-01-01 00:10:00"))
        #expect(text.contains("not tried again by itself"))
        #expect(result.lines.allSatisfy { $0.count <= 80 })
        let first = try #require(await json("incidents").first)
        #expect(first["failingSince"] as? String == "2026-01-01T00:00:00Z")
        #expect(first["nextAttempt"] as? String == "2026-01-01T00:10:00Z")
        #expect(try await json("incidents").last?["nextAttempt"] == nil)
    }

    @Test("shows the catalogue and what nobody takes")
    func catalogue() async throws {
        let result = try await Skein.run("catalogue", store: store)
        #expect(result.output.contains("owns"))
        #expect(result.output.contains("delivery"))
        let seen = result.lines.contains { $0.contains(/publishes +event +stock.packed +1.0.0 +seen, not declared +1/) }
        #expect(seen, "\(result.output)")
        let report = try #require(await json("catalogue").first)
        let orphans = try #require(report["orphans"] as? [[String: Any]])
        #expect(!orphans.contains { $0["name"] as? String == "stock.packed" })
        #expect(try await Skein.run("catalogue", "--component", "nobody", store: store).exitCode == 1)
    }

    @Test("shows the business error that ended an instance")
    func failure() async throws {
        let runtime = try Runtime(store: SQLiteStore(path: store), components: shop())
        _ = try await runtime.run { try await $0.publish(OrderPlaced(orderID: "c", amount: -3)) }
        let failed = try #require(await json("instances", "--state", "failed").first)
        let id = try #require(failed["id"] as? Int)
        let result = try await Skein.run("instance", "\(id)", store: store)
        #expect(result.output.contains(/error +Overpaid: 3 too much was paid { "amount" : 3 }/), "\(result.output)")
        let detail = try #require(await json("instance", "\(id)").first?["instance"] as? [String: Any])
        let stored = try #require(detail["result"] as? [String: Any])
        #expect(stored["error"] as? String == "Overpaid" && (stored["value"] as? [String: Int]) == ["amount": 3])
    }

    @Test("checks a sound store, and tells what is parked in it")
    func check() async throws {
        let result = try await Skein.run("store", "check", store: store)
        #expect(result.exitCode == 0)
        #expect(result.output.contains("The store is sound"))
        let info = try #require(await json("store", "info").first)
        #expect((info["parked"] as? [[String: Any]])?.first?["key"] as? String == "bad1")
        #expect(try await Skein.run("store", "info", store: store).output.contains("owner     none"))
    }

    @Test("finds rows that contradict each other")
    func broken() async throws {
        let broken = try SQLiteStore(path: store)
        _ = try broken.commit(
            CommitBatch(units: [
                CommitUnit(writes: [
                    .putTimer(TimerRow(due: .epoch, instance: 77, seq: 1, component: "shop", purpose: "sleep")),
                    .putParked(ParkedRow(subscription: "s", key: "k", position: 999, state: .behind, at: .epoch)),
                ])
            ]))
        try broken.close()
        let result = try await Skein.run("store", "check", store: store)
        #expect(result.exitCode == 1)
        #expect(result.output.contains("instance 77, which is not there"))
        #expect(result.output.contains("message 999 is not in the log"))
        #expect(result.output.contains("2 problems found."))
    }

    @Test("writes nothing, neither into the store nor beside it")
    func writesNothing() async throws {
        let (names, bytes) = (try folder.names(), FileManager.default.contents(atPath: store))
        for command in [["events"], ["show", "1"], ["instances"], ["instance", "1"], ["store", "check"]] {
            #expect(try await Skein.run(command, store: store).exitCode == 0)
        }
        #expect(try folder.names() == names)
        #expect(FileManager.default.contents(atPath: store) == bytes)
    }

    @Test("shows nothing that would move the cursor")
    func controlCharacters() async throws {
        let open = try SQLiteStore(path: store)
        let runtime = try Runtime(store: open, components: shop())
        try await runtime.run { _ in
            _ = try await runtime.client(as: "bank").publish(OrderPaid(orderID: "y", payer: "\u{1B}[2Jx\n"))
        }
        try open.close()
        let result = try await Skein.run("events", store: store)
        #expect(!result.output.contains("\u{1B}"))
        #expect(result.lines.count == 8)
    }
}
