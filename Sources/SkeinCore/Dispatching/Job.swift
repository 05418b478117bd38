/// A message of a subscription with the handlers that take it.
struct Job: Sendable {
    var record: Record
    var handlers: [HandlerRegistration]
    /// How many attempts have failed.
    var attempts = 0
    /// When the first attempt failed.
    var failingSince: Timestamp?

    var position: Int64 { record.position }
}
