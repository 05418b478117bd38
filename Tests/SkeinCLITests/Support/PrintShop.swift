import SkeinCore
import SkeinSQLite
import Synchronization

struct PrintRequested: Event {
    static let name: MessageName = "desk.printRequested"
    var id: String
    var subject: String? { id }
}

/// An outside system that is out of order, until it works.
final class Printer: Sendable {
    private struct State {
        var count = 0
        var works = false
    }

    private let state = Mutex(State())

    var attempts: Int { state.withLock { $0.count } }

    func mend() { state.withLock { $0.works = true } }

    func print() throws {
        let works = state.withLock { state in
            state.count += 1
            return state.works
        }
        if !works { throw OutOfPaper() }
    }

    struct OutOfPaper: Error, CustomStringConvertible {
        var description: String { "the printer is out of paper" }
    }
}

/// Asks the printer once, and then needs an operator.
struct Printing: ProcessDefinition {
    static let name = "printing"
    static func key(of start: PrintRequested) -> String { start.id }

    let printer: Printer

    func run(_ start: PrintRequested, _ flow: Flow) async throws {
        let options = ActivityOptions(
            retry: RetryPolicy(attempts: 1, initialDelay: .days(1), maximumDelay: .days(1), jitter: 0),
            system: "printer")
        try await flow.perform("print", options) { _ in try printer.print() }
    }
}

/// The component of the print shop.
func printShop(_ printer: Printer) -> Component { Component("desk") { Processes(Printing(printer: printer)) } }

/// Fills a store: the activity of instance 1 has failed and is parked with incident 1.
func fillPrintShop(_ path: String) async throws {
    let store = try SQLiteStore(path: path)
    let runtime = try Runtime(store: store, printShop(Printer()))
    runtime.start()
    try await runtime.client(as: "desk").publish(PrintRequested(id: "a"))
    await runtime.settle()
    await runtime.stop()
    try store.close()
}
