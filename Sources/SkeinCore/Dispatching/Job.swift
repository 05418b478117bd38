import SkeinStorage

/// A message of a subscription with the handlers that take it.
struct Job: Sendable {
    var record: LogRecord
    var handlers: [HandlerRegistration]
    /// The places of the handlers' shares in ``LaneTable/shares``.
    var shares: [Int]
    /// How many attempts have failed.
    var attempts = 0
    /// When the first attempt failed.
    var failingSince: Timestamp?

    var position: Int64 { record.position }
}

extension Job {
    init(_ record: LogRecord, _ handlers: [HandlerEngine.Handler], attempts: Int = 0, failingSince: Timestamp? = nil) {
        self.init(
            record: record, handlers: handlers.map(\.registration), shares: handlers.map(\.share), attempts: attempts,
            failingSince: failingSince)
    }
}
