import SkeinOperator
import SkeinStorage
import ArgumentParser
import Foundation
import SkeinCore
import SkeinSQLite

/// Carries out an operator's action: through the process that has the store open, or, where none has, here.
struct OperatorDesk {
    let options: StoreOptions

    func perform(_ action: OperatorAction) throws -> ActionReport {
        try ask(.perform(action)) { store in
            var response = ControlResponse()
            response.report = try store.perform(action, at: Times.now)
            if case .cancel = action, !options.json {
                Terminal.error.write("No runtime has the store open: the instance ends when one next does.")
            }
            return response
        }.report ?? ActionReport()
    }

    /// Sends a request to the owner of the store; opens the store for `alone` where it has none.
    func ask(
        _ request: ControlRequest, alone: (SQLiteStore) throws -> ControlResponse
    ) throws -> ControlResponse {
        let path = try options.path()
        try StoreInspector(path: path).close()
        let deadline = ContinuousClock.now + Self.patience
        while true {
            if let owner = StoreOwner.current(of: path) {
                if let socket = owner.socket { return try ControlClient(path: socket).send(request) }
                guard ContinuousClock.now < deadline else { throw Self.silent(owner, path) }
            } else if let store = try open(path, until: deadline) {
                let response = try alone(store)
                try store.close()
                return response
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    /// How long to wait for an owner that takes no requests. It may be another command, which has the store for a
    /// moment, or a runtime that is starting or stopping.
    private static let patience = Duration.seconds(5)

    /// Opens the store; `nil` when another process opened it first.
    private func open(_ path: String, until deadline: ContinuousClock.Instant) throws -> SQLiteStore? {
        do {
            return try SQLiteStore(path: path)
        } catch let error as StoreError where error.code == .owned && ContinuousClock.now < deadline {
            return nil
        }
    }

    private static func silent(_ owner: StoreOwner, _ path: String) -> Failure {
        Failure(
            75,
            "\(path) is open in process \(owner.pid), which takes no requests, and has not for "
                + "\(patience.components.seconds) seconds. If that is another command at work on the store, try again "
                + "when it has ended; if it is a runtime, run a ControlServer beside it, or stop it and try again")
    }

    /// An action, and the desk of the store that it changes.
    struct Step {
        let desk: OperatorDesk
        let action: OperatorAction
    }

    /// Carries out actions one by one, says what came of each, and goes on after a refusal. In a folder of stores, each
    /// is carried out on the one that it is about.
    func perform(_ actions: [OperatorAction]) throws {
        try perform(actions.map { action in { try self.step(action) } })
    }

    /// An action on what it is about, on the store that has that.
    func step(_ action: OperatorAction) throws -> Step {
        let options =
            switch action {
            case .repair(let incident, _): try narrowed(to: incident)
            case .repairAll(let cause, _):
                try options.narrowed(to: "open incident of the cause '\(cause)'", (.unknownIncident, .notSingle)) {
                    try $0.openCauses().contains { $0.cause == cause }
                }
            default: options
            }
        return Step(desk: OperatorDesk(options: options), action: action)
    }

    /// The store that has an incident: each store counts its own, so one that is open comes before those that are not.
    private func narrowed(to incident: IncidentID) throws -> StoreOptions {
        let codes = (unknown: ActionError.Code.unknownIncident, ambiguous: ActionError.Code.notSingle)
        do {
            return try options.narrowed(to: "open incident \(incident)", codes) {
                try $0.incident(incident).map { $0.resolvedAt == nil } ?? false
            }
        } catch let error as ActionError where error.code == .unknownIncident {
            return try options.narrowed(to: "incident \(incident)", codes) { try $0.incident(incident) != nil }
        }
    }

    /// Carries out actions that are found out one by one: an instance that is not found is a refusal too.
    func perform(_ actions: [() throws -> Step]) throws {
        var isRefused = false
        for find in actions {
            var action: OperatorAction?
            do {
                let found = try find()
                action = found.action
                let report = try found.desk.perform(found.action)
                isRefused = isRefused || !report.refused.isEmpty
                try say(report)
            } catch let error as ActionError where actions.count > 1 || options.json {
                isRefused = true
                if options.json { try say(ActionReport(refused: [.init(error, incident: action?.incident)])) }
                Terminal.error.write("skein: \(error)")
            }
        }
        if isRefused { throw Failure.no() }
    }

    private func say(_ report: ActionReport) throws {
        if options.json { return try JSONOutput.write(report) }
        for change in report.changes {
            let what = [
                change.incident.map { "incident \($0)" }, change.instance.map { "instance \($0)" },
                change.activity.map { "activity \($0)" }, change.system.map { "system '\($0)'".printable },
                change.channel.map { "channel '\($0)'".printable },
            ].compactMap(\.self).joined(separator: ", ")
            Terminal.output.write("\(what.prefix(1).uppercased() + what.dropFirst()): \(change.outcome).")
        }
        if let more = report.unlistedChanges { Terminal.output.write("And \(more) more.") }
        for refusal in report.refused { Terminal.error.write("skein: \(refusal.reason)") }
        if let more = report.unlistedRefused { Terminal.error.write("skein: \(more) more were refused") }
        if report.changes.isEmpty, report.refused.isEmpty { Terminal.output.write("Nothing to do.") }
    }
}

extension OperatorAction {
    /// The one incident that the action is about, if it is about one.
    fileprivate var incident: IncidentID? { if case .repair(let incident, _) = self { incident } else { nil } }
}

struct CancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End an instance; what it has done is compensated.",
        discussion: """
            EXAMPLES:
              skein cancel 12 --reason 'the customer has called'
              skein cancel payment/payment/4711
            """)

    @OptionGroup var options: StoreOptions
    @Argument(help: InstanceName.help, transform: { try InstanceName(argument: $0) }) var instance: InstanceName
    @Option(help: "Why, for its journal.") var reason = "canceled by an operator"

    func run() throws {
        try OperatorDesk(options: options).perform(on: [instance]) { .cancel(instance: $0, reason: reason) }
    }
}

struct TerminateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terminate", abstract: "End an instance at once; nothing that it has done is undone.",
        discussion: """
            For an instance whose code cannot go on. Its waits, timers, activities and incidents end with it. The \
            orderly way is 'skein cancel'.

            EXAMPLE:
              skein terminate 12 --reason 'refunded by hand'
            """)

    @OptionGroup var options: StoreOptions
    @Argument(help: InstanceName.help, transform: { try InstanceName(argument: $0) }) var instance: InstanceName
    @Option(help: "Why, for its journal.") var reason = "terminated by an operator"

    func run() throws {
        try OperatorDesk(options: options).perform(on: [instance]) { .terminate(instance: $0, reason: reason) }
    }
}
