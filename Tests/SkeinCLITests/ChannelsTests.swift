import ChildPrograms
import Foundation
import SkeinCore
import SkeinSQLite
import SkeinStorage
import SkeinTesting
import Testing

/// A command that the bank owns.
private struct Charge: Command {
    static let name: MessageName = "bank.charge"
}

@Suite("Channels in a store", .fewAtATime)
struct ChannelsTests {
    let folder: TemporaryFolder
    let store: String

    init() throws {
        folder = try TemporaryFolder()
        store = folder.file()
    }

    /// Runs a component beside another one, over a broker that is away in the end.
    private func fill() throws {
        let broker = MemoryBroker()
        let shop = Component("shop") { Handle(OrderPaid.self) { _, _ in } }
        let bank = Component("bank") {
            Publishes(OrderPaid.self)
            Handle(Charge.self) { _, _ in }
        }
        let processes = try SimulatedProcesses(broker: broker, of: [[shop], [bank]]) { name in
            if name == "shop" { return try SQLiteStore(path: store) }
            return MemoryStore()
        }
        try processes.publish(OrderPaid(orderID: "a"), as: "bank")
        broker.stop()
        try processes.publish(OrderPlaced(orderID: "a"), as: "shop")
        processes.run(for: .seconds(60))
        try processes.process(of: "shop").runtime.store.close()
    }

    @Test("are listed with their states, lags and last errors, in eighty columns")
    func list() async throws {
        try fill()
        let result = try await Skein.run("channels", store: store)
        #expect(result.exitCode == 0)
        #expect(result.lines.allSatisfy { $0.count <= 80 })
        // The process has been killed in the eyes of the store, which it never told that it stops.
        #expect(result.lines[1].hasPrefix("shop     shop  sends     no process "), "\(result.output)")
        #expect(result.output.contains("memory, to bank"))
        #expect(result.output.contains("the broker is stopped"))
        #expect(result.lines.contains { $0.hasPrefix("  takes in, ") }, "\(result.output)")
        let json = try #require(try await Skein.run("channels", "--json", store: store).objects().first)
        #expect((json["takingIn"] as? [String: Any])?["state"] as? String == "disconnected")
        #expect(json["hasProcess"] as? Bool == false)
        #expect((json["received"] as? [String: Any])?["recorded"] as? Int == 1)
        #expect(json["lag"] as? Int == 1)
    }

    @Test("have a line for each cell where a terminal is far too narrow for a table", arguments: [40, 50])
    func narrow(columns: Int) async throws {
        try fill()
        let result = try await Skein.run("channels", store: store, columns: columns)
        #expect(result.lines.allSatisfy { $0.count <= columns }, "\(result.output)")
        #expect(result.lines[0] == "CHANNEL      shop", "\(result.output)")
        #expect(result.lines[3] == "STATE        no process", "\(result.output)")
    }

    @Test("name the subscription for which a channel leaves messages with the broker")
    func held() async throws {
        let file = try SQLiteStore(path: store)
        var report = ChannelReport(
            name: "shop", transport: "kafka://broker:9092", process: "shop",
            sending: .init(state: .connected, since: .epoch), takingIn: .init(state: .held, since: .epoch))
        report.heldBy = "shop/handlers"
        let row = StoreWrite.putChannel(name: "shop", description: try JSONEncoder().encode(report))
        _ = try file.commit(CommitBatch(units: [CommitUnit(writes: [row])]))
        let result = try await Skein.run("channels", store: store)
        #expect(result.lines.allSatisfy { $0.count <= 80 })
        #expect(result.lines[2].hasPrefix("shop     shop  takes in  held "), "\(result.output)")
        #expect(result.output.contains("'shop/handlers' lags too far"), "\(result.output)")
        try file.close()
        let later = try await Skein.run("channels", store: store)
        #expect(!later.output.contains("lags too far"), "\(later.output)")
    }

    @Test("are gone where the process was started without them, and forgotten only then")
    func forget() async throws {
        try fill()
        let inUse = try await Skein.run("channels", "--forget", "shop", store: store)
        #expect(inUse.exitCode == 1)
        #expect(inUse.error.contains("the last start had the channel 'shop'; take it out"), "\(inUse.error)")
        let shop = Component("shop") { Handle(OrderPaid.self) { _, _ in } }
        let opened = try SQLiteStore(path: store)
        let simulation = try Simulation(store: opened, components: [shop])
        simulation.run(for: .seconds(1))
        try opened.close()
        let gone = try await Skein.run("channels", store: store)
        #expect(gone.lines[1].hasPrefix("shop     shop  sends     gone "), "\(gone.output)")
        #expect(gone.output.contains("there is no channel 'shop' any more"), "\(gone.output)")
        let unknown = try await Skein.run("channels", "--forget", "shopp", store: store)
        #expect(unknown.exitCode == 1 && unknown.error.contains("there are: shop"), "\(unknown.error)")
        let forgotten = try await Skein.run("channels", "--forget", "shop", store: store)
        #expect(
            forgotten.output == "The channel 'shop' is forgotten; what it had not sent stays unsent.\n",
            "\(forgotten.output)\(forgotten.error)")
        #expect(try await Skein.run("channels", "--json", store: store).output == "")
    }

    @Test("are stopped and let go on by name, and an unknown one is refused")
    func suspend() async throws {
        try fill()
        let suspended = try await Skein.run("suspend", "--channel", "shop", store: store)
        #expect(suspended.exitCode == 0 && suspended.output == "Channel 'shop': suspended.\n")
        let opened = try SQLiteStore(path: store)
        #expect(try opened.makeReader().suspendedSystems() == ["channel/shop"])
        try opened.close()
        let unknown = try await Skein.run("suspend", "--channel", "shopp", store: store)
        #expect(unknown.exitCode == 1)
        #expect(unknown.error.contains("there is no channel 'shopp' in this store; there are: shop"))
        let json = try await Skein.run("resume", "--channel", "shop", "--json", store: store)
        #expect(json.output == #"{"changes":[{"channel":"shop","outcome":"resumed"}],"refused":[]}"# + "\n")
        let again = try await Skein.run("resume", "--channel", "shop", store: store)
        #expect(again.exitCode == 1)
        #expect(again.error == "skein: the channel 'shop' is not suspended; none is\n")
    }

    @Test("are suspended in the lists too, also while no process runs, and not so any more when they go on")
    func suspended() async throws {
        try fill()
        _ = try await Skein.run("suspend", "--channel", "shop", store: store)
        let list = try await Skein.run("channels", store: store)
        #expect(list.lines[1].hasPrefix("shop     shop  sends     suspended "), "\(list.output)")
        #expect(list.lines[2].hasPrefix("shop     shop  takes in  suspended "), "\(list.output)")
        #expect(try await Skein.run("relay", store: store).lines[0] == "shop  suspended")
        for command in ["channels", "relay"] {
            let object = try #require(try await Skein.run(command, "--json", store: store).objects().first)
            #expect(object["suspendedSince"] is String, "\(object)")
        }
        _ = try await Skein.run("resume", "--channel", "shop", store: store)
        #expect(try await Skein.run("relay", store: store).lines[0] == "shop  no process")
    }

    @Test("lead to components that the catalogue names with their process, and it goes round as a declaration")
    func catalogue() async throws {
        try fill()
        let result = try await Skein.run("catalogue", store: store)
        #expect(result.output.contains("bank  by channel shop, in the process bank\n"), "\(result.output)")
        let json = Data(try await Skein.run("catalogue", "--json", store: store).output.utf8)
        let report = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        let told = try #require(report["components"] as? [[String: Any]])
        let bank = try #require(told.first { $0["component"] as? String == "bank" })
        let entry = try JSONSerialization.data(withJSONObject: bank)
        // A process that has heard of nobody knows who owns what, from the whole catalogue and from the entry alone.
        for declared in [json, entry] {
            let error = #expect(throws: ConfigurationError.self) {
                try Runtime(
                    store: MemoryStore(), components: [Component("till") { Handle(Charge.self) { _, _ in } }],
                    channels: [Channel("shop", over: MemoryBroker().transport())],
                    remotes: [Remote("bank", via: "shop").declared(by: declared)])
            }
            #expect(error?.description.contains("'bank.charge' has two owners, 'bank' and 'till'") == true)
        }
    }

    @Test("are none where all components run in one process")
    func none() async throws {
        try SQLiteStore(path: store).close()
        let result = try await Skein.run("channels", store: store)
        #expect(result.output.contains("No channels"))
    }
}
