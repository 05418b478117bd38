public import SkeinStorage
import SkeinCore

/// Which instances are looked for. Conditions that are `nil` admit everything.
public struct InstanceFilter: Sendable, Hashable {
    /// Only instances of this process, saga or entity.
    public var process: String?
    /// Only instances of this component.
    public var component: String?
    /// Only instances that do this.
    public var status: InstanceStatus?
    /// The business key or the ordering key.
    public var key: String?
    /// Business attributes that all must have these values.
    public var attributes: [String: String] = [:]
    /// A cursor: only instances with a lower id.
    public var before: InstanceID?
    /// The largest number of instances, the newest first; 1 or more.
    public var limit = 50

    public init() {}
}
