/// What became of dead letters that were listed, to be sent back.
public struct StompSendBack: Sendable, Hashable {
    /// The broker's ids of those that have arrived where they came from, in that order.
    public var sentBack: [String] = []
    /// The ids of those that stay where they are: they do not say where they came from, or cannot be read in full (see
    /// ``StompConfiguration/maximumMessageSize``).
    public var stayed: [String] = []
    /// Why each of ``stayed`` stays, by its id; for people.
    public var reasons: [String: String] = [:]
    /// The ids of those that did not come: they have expired, or somebody else takes them.
    public var gone: [String] = []

    /// Nothing listed.
    public init() {}

    /// How many were listed.
    public var listed: Int { sentBack.count + stayed.count + gone.count }
}
