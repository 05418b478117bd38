import SkeinActions

/// An action on one thing, and who waits for its answer.
final class ActionCall: Sendable {
    /// What was changed, or why nothing was.
    typealias Answer = Result<[ActionReport.Change], any Error>

    let action: OperatorAction
    let subject: ActionSubject
    /// Called once, from any thread, when the commit is durable or there is none.
    let answer: @Sendable (Answer) -> Void

    init(_ action: OperatorAction, on subject: ActionSubject, answer: @escaping @Sendable (Answer) -> Void) {
        (self.action, self.subject, self.answer) = (action, subject, answer)
    }
}

/// Carries actions out on what it has in memory: it brings the subject to rest, plans from the store, commits, and
/// forgets what it had in memory.
protocol ActionOwner: AnyObject, Sendable {
    func act(_ call: ActionCall)
}
