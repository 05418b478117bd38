import SkeinOperator
import SkeinStorage
import ChildPrograms
import Foundation
import SkeinCore
import SkeinSQLite
import Testing

@Suite("Operators of a shop that runs", .fewAtATime)
struct OperatorTests {
    private let folder: TemporaryFolder
    private var store: String { folder.file("shop.db") }

    init() throws { folder = try TemporaryFolder() }

    /// A shop whose orders come no further, since its outside world fails every call.
    private func shop() throws -> BuiltProgram {
        try BuiltProgram(
            "retail",
            [
                "run", "--store", store, "--world", folder.file("world"), "--orders", "2", "--rate", "100",
                "--time-scale", "PT10H", "--fail-rate", "1",
            ])
    }

    /// Runs the command `skein` on the shop's store.
    private func skein(_ arguments: String...) async throws -> String {
        let command = try BuiltProgram("skein", arguments + ["--store", store])
        let (code, output) = try await command.finish()
        #expect(code == 0, "skein \(arguments.joined(separator: " "))")
        return output
    }

    private func orders() throws -> [InstanceView] {
        guard FileManager.default.fileExists(atPath: store) else { return [] }
        var filter = InstanceFilter()
        filter.process = "order"
        return try StoreInspector(path: store).instances(filter)
    }

    @Test("suspend, resume and cancel an order through the process that has the store")
    func actions() async throws {
        let shop = try shop()
        let isOpen = try await eventually {
            try StoreOwner.current(of: store)?.socket != nil && orders().count == 2
        }
        #expect(isOpen)
        let order = try #require(try orders().last)
        func status() throws -> InstanceStatus? { try StoreInspector(path: store).instance(order.id)?.instance.status }

        #expect(try await skein("suspend", "\(order.id)") == "Instance \(order.id): suspended.\n")
        #expect(try status() == .suspended)
        #expect(try await skein("resume", "\(order.id)") == "Instance \(order.id): resumed.\n")
        #expect(try status() == .running)
        #expect(try await skein("cancel", "\(order.id)") == "Instance \(order.id): canceled.\n")
        #expect(try await skein("store", "info").contains("which takes requests"))

        shop.process.terminate()
        #expect(try await shop.finish().code == 75)
        #expect(StoreOwner.current(of: store) == nil)
        #expect(!FileManager.default.fileExists(atPath: store + ".sock"))
    }
}
