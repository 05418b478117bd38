import SkeinStorage

/// A process written as code: an asynchronous function that survives crashes.
///
/// ```swift
/// struct Reminder: ProcessDefinition {
///     static let name = "reminder"
///     static func key(of start: ReminderRequested) -> String { start.id }
///
///     func run(_ start: ReminderRequested, _ flow: Flow) async throws {
///         try await flow.sleep(for: .days(3))
///         flow.send(Remind(start.id))
///     }
/// }
/// ```
///
/// The function is run again from its journal after a restart, so it must be deterministic: time, randomness and
/// everything outside come from the ``Flow``, never from elsewhere. Concurrency is `async let` and task groups; `Task
/// {}`, `Task.sleep` and calls to other executors park the instance with that reason.
///
/// A waiting instance is evicted from memory where there are too many (`RuntimeTuning` of `SkeinOperator`), and
/// when the runtime stops. Then the call it waits in throws, and so does every later call of its `catch` and `defer`
/// blocks to the ``Flow``, without any effect. Such blocks may compensate, send and throw as usual, but must act
/// through the ``Flow`` alone: the instance goes on later as if they had not run.
public protocol ProcessDefinition: InstanceDefinition {
    /// The message that starts an instance.
    associatedtype Start: Message
    /// What the process results in; stored with the ended instance where it can be encoded.
    associatedtype Output: Sendable

    /// Which version of the process this code is, 1 or more. Running instances stay on theirs; new ones take the
    /// highest.
    static var version: Int { get }
    /// The key of the instance that a message starts; a second start with the same key is the same instance.
    static func key(of start: Start) -> String
    /// How messages that instances wait for are matched to them. A type that is not listed is matched by its subject,
    /// and passed by when nobody waits for it: list what may come before the process waits, such as the call of a web
    /// hook that tells of an activity's success.
    static var correlations: [Correlation] { get }

    /// The behaviour.
    ///
    /// Throwing a ``BusinessError`` compensates what is still to be undone and ends the instance as failed; throwing
    /// anything else parks it with an incident.
    func run(_ start: Start, _ flow: Flow) async throws -> Output
}

extension ProcessDefinition {
    /// 1, for a process that has not been changed yet.
    public static var version: Int { 1 }
    /// None: every message is matched by its subject.
    public static var correlations: [Correlation] { [] }
}

struct CodeDefinition<Definition: ProcessDefinition>: MachineDefinition {
    let definition: Definition

    var process: String { Definition.name }
    var version: Int { Definition.version }
    var notation: Notation { .code }

    var triggers: [Trigger] {
        let start = Trigger(
            name: Definition.Start.name, kind: Definition.Start.kind, since: Definition.Start.version, role: .start
        ) { record, coder in
            Definition.key(of: try record.decoded(as: Definition.Start.self, coder: coder))
        }
        return [start] + Definition.correlations.map(\.trigger)
    }

    var problems: [String] {
        var problems: [String] = []
        if let problem = MessageName.problem(inSegment: process) {
            problems.append("the process name '\(process)' is wrong: \(problem)")
        }
        let correlated = Dictionary(grouping: Definition.correlations.map(\.trigger.name)) { $0 }
        for name in correlated.filter({ $0.value.count > 1 }).keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            problems.append("'\(name)' has several correlations; one closure finds the key, whatever it depends on")
        }
        if version < 1 { problems.append("the process version is \(version); it must be 1 or more") }
        return problems
    }

    func makeMachine(for row: InstanceRow, in setting: MachineSetting) -> any Machine {
        let since = Dictionary(
            Definition.correlations.map { ($0.trigger.name, $0.trigger.since) }, uniquingKeysWith: min)
        return CodeMachine(row: row, setting: setting, since: since) { [definition] delivered, flow in
            let start = try LogRecord(
                position: delivered.position, envelope: delivered.envelope, value: delivered.value
            ).decoded(as: Definition.Start.self, coder: setting.factory.coder)
            let output = try await definition.run(start, flow)
            guard let output = output as? any Encodable else { return nil }
            return try setting.factory.encode(output, as: "the output of '\(Definition.name)'")
        }
    }
}
