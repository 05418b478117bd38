import SkeinOperator
import SkeinStorage
import ChildPrograms
import Foundation
import RetailWorld
import SkeinCore
import SkeinSQLite
import Testing

@testable import RetailRun

@Suite("The audit of a run", .fewAtATime)
struct AuditCommandTests {
    private typealias Promise = BrokenPromise.Promise

    private let shop: Shop

    init() throws { shop = try Shop() }

    private func broken() async throws -> Set<Promise> {
        let (code, output) = try await shop.audit()
        let summary = try JSONDecoder().decode(AuditSummary.self, from: Data(output.utf8))
        #expect(code == (summary.isKept ? 0 : 1))
        return Set(summary.broken.map(\.promise))
    }

    /// Replaces the record of the world by what becomes of each line; `nil` removes it.
    private func edit(_ change: (String) -> String?) throws {
        let lines = shop.folder.text("world/calls.jsonl").split(separator: "\n").map(String.init)
        let text = lines.compactMap(change).map { $0 + "\n" }.joined()
        try Data(text.utf8).write(to: URL(fileURLWithPath: shop.folder.file("world/calls.jsonl")))
    }

    private static func isCharge(_ line: String) -> Bool {
        line.contains(#""result":"charged""#) && line.contains(#""repeat":false"#)
    }

    @Test("says why its output is lost")
    func closedOutput() async throws {
        #expect(try await shop.run(orders: 1).code == 0)
        let command = ["audit", "--store", shop.store, "--world", shop.world]
        let program = try BuiltProgram("retail", command, keepsErrors: true, limits: "exec >&-")
        #expect(try await program.finish().code == 74)
        #expect(try program.keptErrors() == "retail audit: the output cannot be written: Bad file descriptor\n")
    }

    @Test("blames nobody where a directory was never one of a world")
    func noWorld() async throws {
        #expect(try await shop.run(orders: 2, "--expired-rate", "0").code == 0)
        for name in ["calls.jsonl", "store.json"] {
            try FileManager.default.removeItem(atPath: shop.folder.file("world/" + name))
        }
        let (code, output) = try await shop.audit()
        #expect(code == 66 && output.isEmpty, "\(output)")
    }

    @Test("finds a charge too many, another account, a forged key and missing goods in the world's record")
    func foundOut() async throws {
        // Slow enough that no order misses a deadline.
        #expect(try await shop.run(orders: 8, "--time-scale", "PT10S", "--expired-rate", "0").code == 0)
        #expect(try await broken() == [])
        let record = shop.folder.text("world/calls.jsonl")
        let charge = try #require(record.split(separator: "\n").map(String.init).first(where: Self.isCharge))

        func found(_ change: (String) -> String?) async throws -> Set<Promise> {
            try edit(change)
            let found = try await broken()
            try Data(record.utf8).write(to: URL(fileURLWithPath: shop.folder.file("world/calls.jsonl")))
            return found
        }
        let again = charge.replacing(#""key":""#, with: #""key":"again-"#)
        let tooMany = try await found { $0 == charge ? charge + "\n" + again : $0 }
        // What is wrong with the money depends on whether the payment was refunded later.
        #expect(tooMany.isSuperset(of: [.chargedOnce, .oneKeyPerStep, .asAsked]))
        #expect(tooMany.contains(.paidExactly) != tooMany.contains(.nothingKept))
        let moved = charge.replacing(#""account":""#, with: #""account":"not-"#)
        #expect(try await found { $0 == charge ? moved : $0 } == [.asAsked])
        #expect(try await found { $0 == charge ? again : $0 }.contains(.asAsked))
        let noGoods = try await found { $0.contains("warehouse.pick") || $0.contains("carrier.ship") ? nil : $0 }
        #expect(noGoods == [.deliveredOnce, .oneKeyPerStep])
        #expect(try await broken() == [])
    }

    @Test("finds nothing at any moment of a run that goes on, which is no kill")
    func underWay() async throws {
        let program = try shop.start(orders: 100_000, "--time-scale", "PT0.3S")
        let hasBegun = try await eventually {
            FileManager.default.fileExists(atPath: shop.folder.file("world/calls.jsonl"))
        }
        #expect(hasBegun)
        for _ in 1...5 {
            let (code, output) = try await shop.audit()
            #expect(code == 0, "\(output)")
            let summary = try JSONDecoder().decode(AuditSummary.self, from: Data(output.utf8))
            #expect(summary.kills == 0 && summary.isUnderWay)
        }
        program.process.terminate()
        #expect(try await program.finish().code == 75)
    }

    @Test("prints JSON into a pipe unless it is asked for text")
    func formats() async throws {
        #expect(try await shop.run(orders: 0).code == 0)
        #expect(try await shop.audit().output.hasPrefix("{"))
        #expect(try await shop.audit("--json").output.hasPrefix("{"))
        #expect(try await shop.audit("--text").output.hasPrefix("  orders placed "))
    }

    @Test("of no orders at all finds nothing, though the world was never started")
    func nothing() async throws {
        #expect(try await shop.run(orders: 0).code == 0)
        #expect(!FileManager.default.fileExists(atPath: shop.folder.file("world/calls.jsonl")))
        #expect(try await shop.audit().code == 0)
    }

    @Test("goes on behind a message that cannot be read, and names its position")
    func unreadable() async throws {
        #expect(try await shop.run(orders: 2).code == 0)
        try shop.publishMalformedOrder()
        #expect(try await shop.run(orders: 3).code == 1)
        let (code, output) = try await shop.audit("--text")
        #expect(code == 1)
        #expect(output.contains("this checkout.orderPlaced cannot be read, and is left out"))
        let summary = try JSONDecoder().decode(AuditSummary.self, from: Data(try await shop.audit().output.utf8))
        #expect(summary.unreadableMessages == 1 && summary.orders.placed == 3)
        #expect(Set(summary.broken.map(\.promise)) == [.readable, .noIncidents, .nothingParked])
    }

    @Test("says how to resume an instance that is suspended")
    func suspended() async throws {
        // Among so many are some whose customer has neither a balance nor a good card, and who therefore wait for days.
        let program = try shop.start(orders: 40, "--time-scale", "PT10H", "--expired-rate", "1")
        func orders() -> [InstanceView] {
            var filter = InstanceFilter()
            filter.process = "order"
            return (try? StoreInspector(path: shop.store).instances(filter)) ?? []
        }
        #expect(try await eventually { orders().count == 40 })
        program.process.terminate()
        let stopped = try await program.finish().code
        #expect(stopped == 75)
        let order = try #require(orders().first { $0.status == .running })
        let suspend = try BuiltProgram("skein", ["suspend", "\(order.id)", "--store", shop.store])
        #expect(try await suspend.finish().code == 0)
        let (code, output) = try await shop.audit("--text")
        #expect(code == 1)
        let way = "is suspended; let it go on with: skein resume \(order.id) --store \(shop.store)"
        #expect(output.contains("nothingStuck - order \(order.key): \(way)"))
    }

    @Test("of what is no store of this version says so, and how", arguments: Shop.NoStore.allCases)
    func noStore(kind: Shop.NoStore) async throws {
        try shop.make(kind)
        try FileManager.default.createDirectory(atPath: shop.world, withIntermediateDirectories: true)
        let (code, errors) = try await BuiltProgram.refusal(
            "retail", ["audit", "--store", shop.store, "--world", shop.world])
        #expect(code == kind.code)
        #expect(errors.hasPrefix("retail audit: ") && errors.contains(kind.text), "\(errors)")
        #expect(errors.split(separator: "\n").count == 1)
    }
}
