import SkeinStorage
import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ControlRequest: Codable {
    /// A request as JSON: the word `do`, and the members that this word needs.
    private struct Line: Codable {
        var `do`: String
        var incident: IncidentID?
        var instance: InstanceID?
        var activity: Int64?
        var retry: RetryPolicy.Edit?
        var system: String?
        var cause: String?
        var payload: String?
        var reason: String?
        var to: String?
        /// In seconds.
        var age: Int64?
        var messages: Int?

        /// What the request is about; at most one.
        var targets: [String] {
            [
                ("incident", incident != nil), ("instance", instance != nil), ("cause", cause != nil),
                ("system", system != nil),
            ].filter(\.1).map(\.0)
        }

        init(
            do word: String, incident: IncidentID? = nil, instance: InstanceID? = nil, activity: Int64? = nil,
            retry: RetryPolicy.Edit? = nil, system: String? = nil, cause: String? = nil, reason: String? = nil
        ) {
            (`do`, self.incident, self.instance, self.activity) = (word, incident, instance, activity)
            (self.retry, self.system, self.cause, self.reason) = (retry, system, cause, reason)
        }

        init(_ retention: LogRetention) {
            (`do`, age, messages) = ("trim", retention.age?.components.seconds, retention.messages)
        }

        init(_ repair: IncidentRepair, incident: IncidentID? = nil, cause: String? = nil) {
            (self.incident, self.cause) = (incident, cause)
            switch repair {
            case .retry: `do` = "retry"
            case .edit(let payload): (`do`, self.payload) = ("edit", String(decoding: payload, as: UTF8.self))
            case .skip: `do` = "skip"
            case .redirect(let component): (`do`, to) = ("redirect", component)
            }
        }
    }

    public init(from decoder: any Decoder) throws {
        let line = try Line(from: decoder)
        /// The value, or the error that names the missing member.
        func needs<Value>(_ value: Value?, _ name: String) throws -> Value {
            guard let value else { throw ControlError(.malformed, "'\(line.do)' needs '\(name)'") }
            return value
        }
        func repair(_ repair: IncidentRepair) throws -> OperatorAction {
            if let cause = line.cause { return .repairAll(cause: cause, repair) }
            return .repair(incident: try needs(line.incident, "incident' or 'cause"), repair)
        }
        guard line.targets.count <= 1 else {
            let given = line.targets.map { "'\($0)'" }.joined(separator: " and ")
            throw ControlError(.malformed, "'\(line.do)' is about one thing; it has \(given)")
        }
        switch line.do {
        case "ping": self = .ping
        case "counts": self = .counts
        case "relay": self = .relay
        case "trim":
            guard line.age != nil || line.messages != nil else {
                throw ControlError(.malformed, "'trim' needs 'age', 'messages' or both")
            }
            let retention = LogRetention(age: line.age.map { .seconds($0) }, messages: line.messages)
            if let problem = retention.problems.first { throw ControlError(.malformed, "'trim': \(problem)") }
            self = .trim(retention)
        case "retry":
            if let cause = line.cause {
                self = .perform(.repairAll(cause: cause, .retry))
            } else if let instance = line.instance {
                self = .perform(.retryInstance(instance))
            } else {
                self = .perform(.retry(incident: try needs(line.incident, "incident', 'instance' or 'cause")))
            }
        case "edit" where line.instance != nil || line.retry != nil:
            self = .perform(
                .editRetry(
                    instance: try needs(line.instance, "instance"), activity: try needs(line.activity, "activity"),
                    try needs(line.retry, "retry")))
        case "edit":
            let payload = try needs(line.payload, "payload")
            self = .perform(try repair(.edit(payload: Data(payload.utf8))))
        case "skip": self = .perform(try repair(.skip))
        case "redirect": self = .perform(try repair(.redirect(to: needs(line.to, "to"))))
        case "cancel":
            let instance = try needs(line.instance, "instance")
            self = .perform(.cancel(instance: instance, reason: line.reason ?? "canceled by an operator"))
        case "terminate":
            let instance = try needs(line.instance, "instance")
            self = .perform(.terminate(instance: instance, reason: line.reason ?? "terminated by an operator"))
        case "suspend":
            let way = "instance' or 'system"
            let action = line.system.map { OperatorAction.suspendSystem($0) }
            self = .perform(try action ?? .suspend(instance: needs(line.instance, way)))
        case "resume":
            let way = "instance' or 'system"
            let action = line.system.map { OperatorAction.resumeSystem($0) }
            self = .perform(try action ?? .resume(instance: needs(line.instance, way)))
        default:
            let known = "ping, counts, relay, trim, retry, edit, skip, redirect, cancel, terminate, suspend and resume"
            throw ControlError(.malformed, "'\(line.do)' is unknown; there are \(known)")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        let line: Line
        switch self {
        case .ping: line = Line(do: "ping")
        case .counts: line = Line(do: "counts")
        case .relay: line = Line(do: "relay")
        case .trim(let retention): line = Line(retention)
        case .perform(.repair(let id, let repair)): line = Line(repair, incident: id)
        case .perform(.repairAll(let cause, let repair)): line = Line(repair, cause: cause)
        case .perform(.retryInstance(let id)): line = Line(do: "retry", instance: id)
        case .perform(.cancel(let id, let reason)): line = Line(do: "cancel", instance: id, reason: reason)
        case .perform(.terminate(let id, let reason)): line = Line(do: "terminate", instance: id, reason: reason)
        case .perform(.suspend(let id)): line = Line(do: "suspend", instance: id)
        case .perform(.resume(let id)): line = Line(do: "resume", instance: id)
        case .perform(.editRetry(let id, let op, let edit)):
            line = Line(do: "edit", instance: id, activity: op, retry: edit)
        case .perform(.suspendSystem(let system)): line = Line(do: "suspend", system: system)
        case .perform(.resumeSystem(let system)): line = Line(do: "resume", system: system)
        }
        try line.encode(to: encoder)
    }
}
