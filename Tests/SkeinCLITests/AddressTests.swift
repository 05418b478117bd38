import SkeinOperator
import ChildPrograms
import Foundation
import SkeinCore
import SkeinSQLite
import Testing

@Suite("An instance that is named by its address", .fewAtATime)
struct AddressTests {
    let folder: TemporaryFolder
    let store: String

    init() async throws {
        folder = try TemporaryFolder()
        store = folder.file()
        try await fill(store)
    }

    private func status(_ id: InstanceID) throws -> InstanceStatus? {
        try StoreInspector(path: store).instance(id)?.instance.status
    }

    @Test("is shown like the one with the number", arguments: ["shop/delivery/a", "delivery/a"])
    func shown(name: String) async throws {
        let byNumber = try await Skein.run("instance", "1", "--json", store: store)
        let byName = try await Skein.run("instance", name, "--json", store: store)
        let why = try await Skein.run("why", name, "--json", store: store)
        #expect(why.exitCode == 0 && why.output == byName.output)
        #expect(byName.exitCode == 0 && !byName.output.isEmpty && byName.output == byNumber.output)
    }

    @Test("is acted on, with a runtime and without", arguments: [false, true])
    func acting(live: Bool) async throws {
        func act(_ expected: String, _ arguments: String...) async throws {
            let result = try await Skein.run(arguments, store: store)
            #expect(result.output == expected && result.exitCode == 0, "\(arguments): \(result.error)")
        }
        func all() async throws {
            try await act("Instance 1: suspended.\n", "suspend", "shop/delivery/a")
            #expect(try status(1) == .suspended)
            try await act("Instance 1: resumed.\n", "resume", "delivery/a")
            try await act("Instance 1: terminated.\n", "terminate", "shop/delivery/a")
            #expect(try status(1) == .canceled)
        }
        guard live else { return try await all() }
        try await whileServing(shop(), on: store) { _ in try await all() }
    }

    @Test("is refused when there is none, and the others are still acted on")
    func unknown() async throws {
        let result = try await Skein.run("suspend", "shop/delivery/x", "shop/delivery/a", store: store)
        #expect(result.exitCode == 1)
        #expect(result.error.contains("there is no instance 'shop/delivery/x'"))
        #expect(result.error.contains("skein instances --key x"))
        #expect(result.output == "Instance 1: suspended.\n")
        let short = try await Skein.run("cancel", "delivery/x", store: store)
        #expect(short.exitCode == 1)
        #expect(short.error.contains("there is no instance with the process 'delivery' and the key 'x'"))
    }

    @Test("has to say its component where several have such an instance")
    func ambiguous() async throws {
        let annex = Component("annex", from: .beginning) { Processes(Delivery()) }
        try await whileServing(shop() + [annex], on: store) { await $0.settle() }
        let result = try await Skein.run("suspend", "delivery/a", store: store)
        #expect(result.exitCode == 1 && result.output.isEmpty)
        #expect(result.error.contains("'delivery/a' may be annex/delivery/a or shop/delivery/a; write one of these"))
        #expect(try await Skein.run("suspend", "annex/delivery/a", store: store).exitCode == 0)
        #expect(try status(1) == .running)
    }

    @Test("is retried, beside incidents that are named by their numbers")
    func retry() async throws {
        let file = folder.file("desk.db")
        try await fillPrintShop(file)
        let result = try await Skein.run("retry", "desk/printing/a", store: file)
        #expect(result.exitCode == 0)
        #expect(result.output == "Incident 1, instance 1: retried.\n")
    }

    @Test("has an activity whose retries are changed")
    func edit() async throws {
        let file = folder.file("desk.db")
        try await fillPrintShop(file)
        let result = try await Skein.run(
            "edit", "--instance", "desk/printing/a", "--activity", "1", "--attempts", "5", store: file)
        #expect(result.exitCode == 0, "\(result.error)")
        #expect(result.output == "Instance 1, activity 1: edited.\n")
    }
}
