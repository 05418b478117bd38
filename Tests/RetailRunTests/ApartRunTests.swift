#if Kafka
import ChildPrograms
import Foundation
import SkeinOperator
import SkeinSQLite
import SkeinStorage
import Testing

@testable import RetailRun

@Suite("A shop in several processes", .fewAtATime)
struct ApartRunTests {
    private let folder: TemporaryFolder
    private let cluster: KafkaCluster
    private var shop: ShopFolder { ShopFolder(folder.file("shop")) }

    init() throws { (folder, cluster) = (try TemporaryFolder(), try KafkaCluster()) }

    private func start(orders: Int, _ options: String...) throws -> BuiltProgram {
        let place = ["run", "--apart", "--store", shop.path, "--channel", cluster.channel]
        let pace = ["--orders", "\(orders)", "--rate", "10", "--time-scale", "PT0.5S"]
        return try BuiltProgram("retail", place + pace + options, keepsErrors: true)
    }

    /// Starts a part by hand; what it says goes to `NAME.errors`.
    private func part(_ name: String) throws -> BuiltProgram {
        try FileManager.default.createDirectory(atPath: shop.path, withIntermediateDirectories: true)
        let place = ["run", "--only", name, "--channel", cluster.channel, "--store", shop.file(of: name)]
        let pace = ["--world", shop.world, "--orders", "3", "--rate", "10", "--time-scale", "PT5S"]
        return try BuiltProgram("retail", place + pace, limits: "exec 2>\(folder.file(name + ".errors"))")
    }

    private func audit() async throws -> AuditSummary {
        let (code, output) = try await BuiltProgram("retail", ["audit", "--store", shop.path]).finish()
        let summary = try JSONDecoder().decode(AuditSummary.self, from: Data(output.utf8))
        #expect(code == 0 && summary.broken == [])
        return summary
    }

    /// The process that has the file of a part open.
    private func owner(of part: String) -> Int32? { StoreOwner.current(of: shop.file(of: part))?.pid }

    /// How many messages the file of a part has.
    private func messages(_ part: String) -> Int64 {
        (try? StoreInspector(path: shop.file(of: part)).lastPosition()) ?? 0
    }

    @Test("keeps every promise though its processes and brokers fail, and starts again what dies")
    func killed() async throws {
        let program = try start(orders: 15, "--json")
        for (part, least) in [("order", 5), ("payment", 20), ("card", 40), ("checkout", 60)] {
            try await waitUntil("messages in \(part)") { messages(part) >= least && owner(of: part) != nil }
            let victim = try #require(owner(of: part))
            #expect(kill(victim, SIGKILL) == 0)
            try cluster.obey("down 1")
            try await waitUntil("another process of \(part)") { owner(of: part).map { $0 != victim } ?? false }
            try cluster.obey("up 1")
        }
        let (code, output) = try await program.finish()
        let errors = try program.keptErrors()
        #expect(code == 0, "\(errors)")
        let summary = try JSONDecoder().decode(RunSummary.self, from: Data(output.utf8))
        #expect(summary.isComplete && summary.placed == 15 && summary.restarts == 4 && summary.retries == nil)
        #expect(errors.contains("All 15 orders have ended"))
        let audit = try await audit()
        #expect(audit.orders.placed == 15 && audit.orders.open == 0 && audit.onTheirWay == 0 && audit.kills == 4)
        #expect(audit.parts == ShopPart.all.sorted() && audit.transfers > 0 && !audit.isUnderWay)
    }

    @Test("gives everything to a component that was off all the time")
    func off() async throws {
        let program = try start(orders: 5, "--off", "customers")
        let (code, _) = try await program.finish()
        #expect(code == 0)
        let others = messages("inventory")
        #expect(messages("customers") == 0 && others > 0)
        #expect(try await start(orders: 5).finish().code == 0)
        #expect(messages("customers") > 0)
        let audit = try await audit()
        #expect(audit.onTheirWay == 0 && audit.orders.placed == 5)
    }

    @Test("ends all its processes when it is asked to stop, and when it is killed", arguments: [SIGTERM, SIGKILL])
    func ends(signal: Int32) async throws {
        let program = try start(orders: 100_000)
        try await waitUntil("all parts") { ShopPart.all.allSatisfy { owner(of: $0) != nil } }
        let other = try start(orders: 1)
        #expect(try await other.finish().code == 75)
        #expect(try other.keptErrors().contains("another 'retail run --apart' has the folder"))
        let processes = ShopPart.all.compactMap { owner(of: $0) }
        program.send(signal)
        if signal == SIGTERM {
            #expect(try await program.finish().code == 75)
            #expect(try program.keptErrors().contains("Stopped in order"))
        }
        try await waitUntil("the end of all parts") { processes.allSatisfy { kill($0, 0) != 0 } }
        _ = try await audit()
    }

    @Test("says that there is no broker, and goes on when there is one")
    func noBroker() async throws {
        try cluster.obey("down -1")
        let program = try part("order")
        func says(_ text: String) -> Bool { folder.text("order.errors").contains("retail run (order): " + text) }
        try await waitUntil("the notice") { says("no connection to the broker, trying again") }
        try cluster.obey("up -1")
        try await waitUntil("the connection") { says("the broker is there") }
        program.send(SIGTERM)
        #expect(try await program.finish().code == 75)
    }

    @Test(
        "ends with the command that lets a suspended channel go on, before the first order too",
        arguments: ["payment", "checkout"])
    func suspended(name: String) async throws {
        #expect(try await start(orders: 1).finish().code == 0)
        let file = shop.file(of: name)
        let command = ["--channel", "shop", "--store", file]
        #expect(try await BuiltProgram("skein", ["suspend"] + command).finish().code == 0)
        let program = try start(orders: 3)
        #expect(try await program.finish().code == 1)
        let errors = try program.keptErrors()
        let way = "skein resume --channel shop --store \(file)"
        #expect(errors.contains("retail run: the channel of \(file) is suspended; let it go on with: \(way)\n"))
        #expect(errors.contains("1 suspended channel. To go on, \(way); then start the same command"), "\(errors)")
        // What waits is no broken promise.
        #expect(try await audit().parts == ShopPart.all.sorted())
        #expect(try await BuiltProgram("skein", ["resume"] + command).finish().code == 0)
        #expect(try await start(orders: 3).finish().code == 0)
        #expect(try await audit().orders.placed == 3)
    }

    @Test("fails with the last word of a process that another start does not help")
    func hopeless() async throws {
        try FileManager.default.createDirectory(atPath: shop.path, withIntermediateDirectories: true)
        try Data("no store".utf8).write(to: URL(fileURLWithPath: shop.file(of: "card")))
        let program = try start(orders: 1)
        #expect(try await program.finish().code == 66)
        let errors = try program.keptErrors()
        #expect(errors.contains("the process of card has ended with exit code 66: ") && errors.contains("card.db"))
    }

    @Test("says once why a process that it starts again and again does not stay")
    func damaged() async throws {
        try FileManager.default.createDirectory(atPath: shop.path, withIntermediateDirectories: true)
        try SQLiteStore(path: shop.file(of: "card")).close()
        // The header stays, so that the file counts as a store.
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: shop.file(of: "card")))
        try file.truncate(atOffset: 8192)
        try file.close()
        let program = try start(orders: 1)
        let told = "retail run: the process of card has ended with exit code 70, and is started again: "
        try await waitUntil("the third start") {
            folder.text("shop/card.log").split(separator: "\n").count >= 3
        }
        program.send(SIGTERM)
        #expect(try await program.finish().code == 75)
        let errors = try program.keptErrors()
        #expect(errors.split(separator: told).count == 2 && errors.contains("skein store check"), "\(errors)")
    }

    @Test("can be started part by part, and ends when the part that places the orders says so")
    func byHand() async throws {
        let others = try ShopPart.all.filter { $0 != ShopPart.placing }.map { try part($0) }
        try await waitUntil("all others") {
            ShopPart.all.allSatisfy { name in
                let report = try? StoreInspector(path: shop.file(of: name)).channels().first
                return name == ShopPart.placing || report?.takingIn.state == .connected
            }
        }
        let code = try await part(ShopPart.placing).finish().code
        let errors = folder.text("checkout.errors")
        #expect(code == 0 && errors.contains("All 3 orders have ended."), "\(errors)")
        for other in others {
            other.send(SIGTERM)
            #expect(try await other.finish().code == 75)
        }
        // What came last may still be on its way.
        #expect(try await start(orders: 3).finish().code == 0)
        #expect(try await audit().orders.placed == 3)
    }
}
#endif
