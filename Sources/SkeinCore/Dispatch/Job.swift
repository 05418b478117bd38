import SkeinStorage

/// A message of a subscription with the handlers that take it.
///
/// A lane copies its jobs with every event, so the constant part is behind one reference.
struct Job: Sendable {
    private final class Content: Sendable {
        let record: LogRecord
        let handlers: [HandlerRegistration]
        let shares: [Int]

        init(_ record: LogRecord, _ handlers: [HandlerRegistration], _ shares: [Int]) {
            (self.record, self.handlers, self.shares) = (record, handlers, shares)
        }
    }

    private let content: Content
    /// How many attempts have failed.
    var attempts: Int
    /// When the first attempt failed.
    var failingSince: Timestamp?

    init(
        record: LogRecord, handlers: [HandlerRegistration], shares: [Int], attempts: Int = 0,
        failingSince: Timestamp? = nil
    ) {
        content = Content(record, handlers, shares)
        (self.attempts, self.failingSince) = (attempts, failingSince)
    }

    var record: LogRecord { content.record }
    var handlers: [HandlerRegistration] { content.handlers }
    /// The places of the handlers' shares in ``LaneTable/shares``.
    var shares: [Int] { content.shares }
    var position: Int64 { content.record.position }
    /// The time limit of an attempt, which all handlers share.
    var timeout: Duration { handlers.map(\.options.timeout).max() ?? .seconds(30) }
}

extension Job {
    init(_ record: LogRecord, _ handlers: [HandlerEngine.Handler], attempts: Int = 0, failingSince: Timestamp? = nil) {
        self.init(
            record: record, handlers: handlers.map(\.registration), shares: handlers.map(\.share), attempts: attempts,
            failingSince: failingSince)
    }
}
