public import SkeinStorage
public import SkeinActions

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
