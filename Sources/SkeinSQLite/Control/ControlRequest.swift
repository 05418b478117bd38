public import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a tool asks of the process that has a store open: one line of JSON on the control socket, such as
/// `{"do":"retry","incident":5}`.
///
/// | `do` | members |
/// |---|---|
/// | `ping`, `counts`, `relay` | none |
/// | `retry` | `incident`, `instance` or `cause` |
/// | `edit` | `incident`, `payload` (JSON, as text); or `instance`, `activity`, `retry` (an object) |
/// | `skip` | `incident` |
/// | `cancel`, `terminate` | `instance`, and `reason` if there is one |
/// | `suspend`, `resume` | `instance` or `system` |
public enum ControlRequest: Sendable, Hashable {
    /// Who is there.
    case ping
    /// What the runtime has counted; see `RuntimeCounts`.
    case counts
    /// Moves what other drivers have put into the outbox into the log.
    case relay
    /// Carries out an operator's action.
    case perform(OperatorAction)
}

extension ControlRequest: Codable {
    private struct Line: Codable {
        var `do`: String
        var incident: Int64?
        var instance: Int64?
        var activity: Int64?
        var retry: RetryPolicy.Edit?
        var system: String?
        var cause: String?
        var payload: String?
        var reason: String?
    }

    public init(from decoder: any Decoder) throws {
        let line = try Line(from: decoder)
        func needs<Value>(_ value: Value?, _ name: String) throws -> Value {
            guard let value else { throw ControlError(.malformed, "'\(line.do)' needs '\(name)'") }
            return value
        }
        switch line.do {
        case "ping": self = .ping
        case "counts": self = .counts
        case "relay": self = .relay
        case "retry":
            if let cause = line.cause {
                self = .perform(.retryAll(cause: cause))
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
            self = .perform(.edit(incident: try needs(line.incident, "incident"), payload: Data(payload.utf8)))
        case "skip": self = .perform(.skip(incident: try needs(line.incident, "incident")))
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
            let known = "ping, counts, relay, retry, edit, skip, cancel, terminate, suspend and resume"
            throw ControlError(.malformed, "'\(line.do)' is unknown; there are \(known)")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var line: Line
        switch self {
        case .ping: line = Line(do: "ping")
        case .counts: line = Line(do: "counts")
        case .relay: line = Line(do: "relay")
        case .perform(.retry(let id)): line = Line(do: "retry", incident: id)
        case .perform(.retryInstance(let id)): line = Line(do: "retry", instance: id)
        case .perform(.retryAll(let cause)): line = Line(do: "retry", cause: cause)
        case .perform(.edit(let id, let payload)):
            line = Line(do: "edit", incident: id)
            line.payload = String(decoding: payload, as: UTF8.self)
        case .perform(.skip(let id)): line = Line(do: "skip", incident: id)
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

/// The answer to a ``ControlRequest``: one line of JSON.
public struct ControlResponse: Sendable, Hashable, Codable {
    /// Why the request was not carried out; all else is absent then.
    public struct Failure: Sendable, Hashable, Codable {
        /// `malformed`, `refused` or `failed`; see ``ControlError/Code-swift.struct``.
        public var code: String
        /// Names the thing, the place and the way out.
        public var message: String
    }

    /// Why not; `nil` when the request was carried out.
    public var error: Failure?
    /// To `ping`: the process id of the owner.
    public var pid: Int32?
    /// To `counts`.
    public var counts: RuntimeCounts?
    /// To `relay`: how many messages were moved.
    public var relayed: Int?
    /// To every action.
    public var report: OperationReport?

    public init() {}

    init(_ error: any Error) {
        switch error {
        case let error as OperationError: self.error = .init(code: "refused", message: error.description)
        case let error as ControlError: self.error = .init(code: error.code.description, message: error.message)
        default: self.error = .init(code: "failed", message: "\(error)")
        }
    }
}

/// A request that did not reach the owner of a store, or that the owner did not understand.
public struct ControlError: Error, CustomStringConvertible {
    /// What went wrong, for programs.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The word that travels in a response.
        public let description: String
        init(_ description: String) { self.description = description }

        /// The owner cannot read the request.
        public static let malformed = Code("malformed")
        /// Nobody answers on the socket.
        public static let unavailable = Code("unavailable")
        /// The owner could not carry the request out, for a reason of its own.
        public static let failed = Code("failed")
    }

    /// What went wrong, for programs.
    public let code: Code
    /// What went wrong and the way out, for people.
    public let message: String

    public init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

    public var description: String { message }
}
