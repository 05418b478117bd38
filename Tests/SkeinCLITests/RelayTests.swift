import ChildPrograms
import Foundation
import SkeinCore
import SkeinSQLite
import SkeinTesting
import SkeinTransport
import Testing

@Suite("The relay of a channel", .fewAtATime)
struct RelayTests {
    let folder: TemporaryFolder
    let store: String

    init() throws {
        folder = try TemporaryFolder()
        store = folder.file()
    }

    /// Runs the shop, from where a broker refuses what has the key `bad`, and is away in the end if `stops`.
    private func fill(stops: Bool) throws {
        let broker = MemoryBroker()
        broker.refuse { message in
            message.envelope.subject == "bad"
                ? TransportError(.tooLarge, "the broker takes 10 bytes at most") : nil
        }
        let store = store
        let processes = try SimulatedProcesses(broker: broker, of: shop().map { [$0] }) { name in
            if name == "shop" { return try SQLiteStore(path: store) }
            return MemoryStore()
        }
        for key in ["bad", "good"] { try processes.publish(OrderPlaced(orderID: key), as: "shop") }
        processes.run(for: .seconds(10))
        if stops { broker.stop() }
        for key in ["bad", "good"] { try processes.publish(OrderPlaced(orderID: key, amount: 2), as: "shop") }
        processes.run(for: .seconds(10))
        try processes.process(of: "shop").runtime.store.close()
    }

    @Test("shows the keys that a broker does not take, what waits behind them, and how to repair them")
    func stopped() async throws {
        try fill(stops: false)
        let result = try await Skein.run("relay", store: store)
        #expect(result.exitCode == 0 && result.lines.allSatisfy { $0.count <= 80 }, "\(result.error)")
        #expect(result.lines[0] == "shop  no process")
        #expect(result.output.contains(/the events of shop +2 +1 +/), "\(result.output)")
        #expect(result.output.contains(/the commands to stock +1 +/), "\(result.output)")
        #expect(result.output.contains(/1 +bad +shop.orderPlaced +1 +\d+ +2/), "\(result.output)")
        #expect(result.output.contains("the broker takes 10 bytes at most"))
        #expect(result.output.contains("skein retry 1, or skein edit"))
        let relay = try #require(try await Skein.run("relay", "--json", store: store).objects().first)
        let key = try #require((relay["stopped"] as? [[String: Any]])?.first)
        #expect(key["incident"] as? Int == 1 && key["key"] as? String == "bad" && key["behind"] as? Int == 2)
        #expect(relay["position"] as? Int == 0 && relay["isWhole"] as? Bool == true)
        #expect((relay["sent"] as? [String: Any])?["refused"] as? Int ?? 0 > 0)
    }

    @Test("goes on with a key that an operator has skipped")
    func skipped() async throws {
        try fill(stops: false)
        #expect(try await Skein.run("skip", "1", store: store).exitCode == 0)
        let relay = try #require(try await Skein.run("relay", "--json", store: store).objects().first)
        #expect((relay["stopped"] as? [[String: Any]])?.isEmpty == true)
    }

    @Test("shows what waits while the broker is away, by destination, and why")
    func away() async throws {
        try fill(stops: true)
        let result = try await Skein.run("relay", "--channel", "shop", store: store)
        #expect(result.lines[0] == "shop  no process")
        #expect(result.output.contains(/the events of shop +3 +1 +20/), "\(result.output)")
        #expect(result.output.contains(/last error +.*the broker is stopped/), "\(result.output)")
        let unknown = try await Skein.run("relay", "--channel", "shopp", store: store)
        #expect(unknown.exitCode == 1)
        #expect(unknown.error.contains("there is no channel 'shopp' in \(store); there are: shop"))
    }

    @Test("has the state of a process that runs, and without one none that a killed process left behind")
    func process() async throws {
        try fill(stops: false)
        let owner = try SQLiteStore(path: store)
        #expect(try await Skein.run("relay", store: store).lines[0] == "shop  connected")
        let living = try #require(try await Skein.run("relay", "--json", store: store).objects().first)
        #expect(living["hasProcess"] as? Bool == true && living["isGone"] as? Bool == false)
        try owner.close()
        #expect(try await Skein.run("relay", store: store).lines[0] == "shop  no process")
        let killed = try #require(try await Skein.run("relay", "--json", store: store).objects().first)
        #expect(killed["hasProcess"] as? Bool == false)
    }

    @Test("is none where all components run in one process")
    func none() async throws {
        try SQLiteStore(path: store).close()
        #expect(try await Skein.run("relay", store: store).output.contains("No channels"))
    }
}
