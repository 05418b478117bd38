import SkeinOperator
import ChildPrograms
import SkeinCore
import SkeinSQLite
import Testing

@Suite("Acting on an activity and its outside system", .fewAtATime)
struct ActivityTests {
    let folder: TemporaryFolder
    let store: String
    let printer = Printer()

    init() async throws {
        folder = try TemporaryFolder()
        store = folder.file()
        try await fillPrintShop(store)
    }

    private func skein(_ arguments: String...) async throws -> String {
        let result = try await Skein.run(arguments, store: store)
        #expect(result.exitCode == 0, "\(arguments): \(result.error)")
        return result.output
    }

    private func refusal(of arguments: String...) async throws -> String {
        let result = try await Skein.run(arguments, store: store)
        #expect(result.exitCode == 1 && result.output.isEmpty, "\(arguments)")
        return result.error
    }

    /// Acts on the store alone, or through the runtime that has it; in both cases a runtime is there in the end.
    private func acting(
        live: Bool, _ act: () async throws -> Void, then check: (Runtime) async throws -> Void
    ) async throws {
        if !live { try await act() }
        try await whileServing([printShop(printer)], on: store) { runtime in
            if live { try await act() }
            try await check(runtime)
        }
    }

    private func activity() throws -> InstanceDetail.Activity? {
        try StoreInspector(path: store).instance(1)?.activities.first
    }

    /// Words in a row, however they were broken into lines.
    private func words(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    @Test("changes its retry policy, which holds from then on", arguments: [false, true])
    func edit(live: Bool) async throws {
        func act() async throws {
            let first = try await skein(
                "edit", "--instance", "1", "--activity", "1", "--attempts", "2", "--initial-delay", "PT0S")
            #expect(first == "Instance 1, activity 1: edited.\n")
            // What was changed before stays.
            _ = try await skein("edit", "--instance", "1", "--activity", "1", "--attempts", "3")
            #expect(try await skein("retry", "--instance", "1") == "Incident 1, instance 1: retried.\n")
        }
        try await acting(live: live, act) { _ in
            try await waitUntil("the incident") { try !StoreInspector(path: store).incidents().isEmpty }
            #expect(printer.attempts == 3)
        }
        #expect(try activity()?.attempts == 3)
        #expect(try await Skein.run("store", "check", store: store).exitCode == 0)
    }

    @Test("shows what was changed, the attempts and the last error", arguments: [false, true])
    func shown(live: Bool) async throws {
        let before = words(try await skein("instance", "1"))
        #expect(
            before.contains(
                "Its activity 1, 'print', has failed 1 times and is parked with an incident, failing since 20"))
        #expect(before.contains("last error the printer is out of paper"))
        #expect(!before.contains("retry edited"))
        #expect(before.contains("attempt print"))
        try await acting(live: live) {
            let report = try await skein(
                "edit", "--instance", "1", "--activity", "1", "--attempts", "unlimited", "--maximum-delay", "PT10M",
                "--factor", "3", "--jitter", "0.5", "--within", "P2D", "--json")
            let change = #"{"activity":1,"instance":1,"outcome":"edited"}"#
            #expect(report == #"{"changes":[\#(change)],"refused":[]}"# + "\n")
        } then: { _ in
            let text = words(try await skein("instance", "1"))
            let edited = "retry edited attempts unlimited, within P2D, factor 3.0, maximum delay PT10M, jitter 0.5"
            #expect(text.contains(edited + "; the rest as in the code"))
            let json = try await skein("instance", "1", "--json")
            let retry =
                #""retry":{"attempts":"unlimited","factor":3,"jitter":0.5,"maximumDelay":"PT10M","within":"P2D"}"#
            #expect(json.contains(retry))
            #expect(json.contains(#""failingSince":"20"#))
        }
    }

    @Test("refuses an activity that is not under way", arguments: [false, true])
    func unknown(live: Bool) async throws {
        try await acting(live: live) {
            let other = try await refusal(of: "edit", "--instance", "1", "--activity", "9", "--attempts", "2")
            #expect(other == "skein: instance 1 has no activity 9 under way; those that it has: 1 ('print')\n")
            let nobody = try await refusal(of: "edit", "--instance", "7", "--activity", "1", "--attempts", "2")
            #expect(nobody == "skein: there is no instance 7\n")
        } then: { _ in
        }
        #expect(try activity()?.retry == nil)
    }

    @Test("stops all activities towards a system, and lets them go on", arguments: [false, true])
    func system(live: Bool) async throws {
        func act() async throws {
            #expect(try await skein("suspend", "--system", "printer") == "System 'printer': suspended.\n")
            #expect(try await skein("suspend", "--system", "printer") == "System 'printer': suspended.\n")
            _ = try await skein("retry", "--instance", "1")
            let other = try await refusal(of: "resume", "--system", "fax")
            #expect(other == "skein: the system 'fax' is not suspended; those that are: 'printer'\n")
        }
        try await acting(live: live, act) { runtime in
            await runtime.settle()
            #expect(printer.attempts == 0)
            let info = words(try await skein("store", "info"))
            #expect(info.contains("Suspended systems SYSTEM SINCE (UTC) printer"))
            #expect(try await skein("store", "info", "--json").contains(#""system":"printer""#))
            let text = words(try await skein("instance", "1"))
            #expect(text.contains("An activity towards a system that operators have suspended ('printer') waits"))
            let report = try await skein("resume", "--system", "printer", "--json")
            #expect(report == #"{"changes":[{"outcome":"resumed","system":"printer"}],"refused":[]}"# + "\n")
            try await waitUntil("the incident") { try !StoreInspector(path: store).incidents().isEmpty }
            #expect(printer.attempts == 1)
            let again = try await refusal(of: "resume", "--system", "printer")
            #expect(again == "skein: the system 'printer' is not suspended; none is\n")
        }
    }

    @Test("stops a system across restarts until it is resumed without a runtime")
    func acrossRestarts() async throws {
        try await acting(live: true) {
            _ = try await skein("suspend", "--system", "printer")
        } then: { _ in
        }
        _ = try await skein("retry", "--instance", "1")
        try await whileServing([printShop(printer)], on: store) { await $0.settle() }
        #expect(printer.attempts == 0)
        #expect(try await skein("resume", "--system", "printer") == "System 'printer': resumed.\n")
        try await whileServing([printShop(printer)], on: store) { _ in
            try await waitUntil("the first attempt") { printer.attempts > 0 }
        }
        #expect(try StoreInspector(path: store).suspendedSystems().isEmpty)
    }

    @Test("refuses to suspend a system that nothing has called, and names those that were", arguments: [false, true])
    func misspelt(live: Bool) async throws {
        let text =
            "skein: no activity has called a system 'pritner'; those that were called: 'printer'. To suspend it before "
            + "its first call, add --not-yet-called\n"
        try await acting(live: live) {
            #expect(try await refusal(of: "suspend", "--system", "pritner") == text)
            let both = try await Skein.run("suspend", "--system", "pritner", "--system", "printer", store: store)
            #expect(both.exitCode == 1 && both.error == text && both.output == "System 'printer': suspended.\n")
            let json = try await Skein.run("suspend", "--system", "pritner", "--json", store: store)
            #expect(json.exitCode == 1 && json.output.contains("unknownSystem"), "\(json.output)")
        } then: { _ in
            let suspended = try StoreInspector(path: store).suspendedSystems()
            #expect(suspended.map(\.system) == ["printer"])
        }
    }

    @Test("suspends a system before its first call when told so, and knows it then", arguments: [false, true])
    func notYetCalled(live: Bool) async throws {
        try await acting(live: live) {
            let first = try await skein("suspend", "--system", "fax", "--not-yet-called")
            #expect(first == "System 'fax': suspended.\n")
            #expect(try await skein("suspend", "--system", "fax") == "System 'fax': suspended.\n")
            let other = try await refusal(of: "suspend", "--system", "mail")
            #expect(other.contains("those that were called: 'fax', 'printer'."), "\(other)")
        } then: { _ in
        }
    }

    @Test("knows a system also when no activity calls it any more")
    func calledBefore() async throws {
        _ = try await skein("retry", "--instance", "1")
        printer.mend()
        try await whileServing([printShop(printer)], on: store) { _ in
            try await waitUntil("the end") {
                try StoreInspector(path: store).instance(1)?.instance.status == .completed
            }
        }
        #expect(try activity() == nil)
        #expect(try StoreInspector(path: store).systems() == ["printer"])
        #expect(try await skein("suspend", "--system", "printer") == "System 'printer': suspended.\n")
        #expect(words(try await skein("catalogue")).contains("calls system printer"))
    }

    @Test("says of a store on which nothing was called that no name is known")
    func nothingCalled() async throws {
        let empty = folder.file("empty.db")
        try SQLiteStore(path: empty).close()
        let result = try await Skein.run("suspend", "--system", "printer", store: empty)
        #expect(result.exitCode == 1)
        #expect(result.error.contains("'printer'; none has called any yet. To suspend it"), "\(result.error)")
    }

    @Test("refuses a system without a name", arguments: [false, true])
    func noName(live: Bool) async throws {
        try await acting(live: live) {
            let answer = try await refusal(of: "suspend", "--system", " ")
            #expect(answer == "skein: the name of the system is empty; write it as the code has it\n")
        } then: { _ in
        }
    }
}
