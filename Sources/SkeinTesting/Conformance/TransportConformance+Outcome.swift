extension TransportConformance {
    /// What became of a check that has found nothing wrong.
    public enum Outcome: Sendable, Hashable {
        /// The transport keeps what the check says.
        case checked
        /// The check does not apply to the transport, or the adapter gives no means to make it. Nothing is known.
        case leftOut(reason: String)
    }

    /// Ends a check that cannot be made.
    struct LeftOut: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }

        /// - Parameter function: one that the adapter may have.
        static func unless<Function>(_ function: Function?, _ name: String) throws -> Function {
            guard let function else { throw LeftOut("the adapter has no '\(name)'") }
            return function
        }
    }
}
