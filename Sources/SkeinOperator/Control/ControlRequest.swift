public import SkeinStorage
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
/// | `trim` | `age` (seconds), `messages`, or both |
/// | `retry` | `incident`, `instance` or `cause` |
/// | `edit` | `incident` or `cause`, `payload` (JSON, as text); or `instance`, `activity`, `retry` (an object) |
/// | `skip` | `incident` or `cause` |
/// | `redirect` | `incident` or `cause`, `to` (a component) |
/// | `cancel`, `terminate` | `instance`, and `reason` if there is one |
/// | `suspend`, `resume` | `instance` or `system` |
public enum ControlRequest: Sendable, Hashable {
    /// Who is there.
    case ping
    /// What the runtime has counted; see `RuntimeCounts`.
    case counts
    /// Moves what other drivers have put into the outbox into the log.
    case relay
    /// Trims the log now.
    case trim(LogRetention)
    /// Carries out an operator's action.
    case perform(OperatorAction)
}

/// The answer to a ``ControlRequest``: one line of JSON.
public struct ControlResponse: Sendable, Hashable, Codable {
    /// Why the request was not carried out; all else is absent then.
    public struct Failure: Sendable, Hashable, Codable {
        /// `malformed`, `refused` or `failed`; see ``ControlError/Code-swift.struct``.
        public var code: String
        /// Why an action was refused, for programs: the code of an `ActionError`; `nil` for other failures.
        public var refusal: String?
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
    /// To `trim`.
    public var trim: LogTrimReport?
    /// To every action.
    public var report: ActionReport?

    public init() {}

    init(_ error: any Error) {
        switch error {
        case let error as ActionError:
            self.error = .init(code: "refused", refusal: error.code.description, message: error.message)
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
        /// Nobody listens on the socket.
        public static let unavailable = Code("unavailable")
        /// The owner listens but has not answered in time. The request may still be carried out.
        public static let noAnswer = Code("noAnswer")
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
