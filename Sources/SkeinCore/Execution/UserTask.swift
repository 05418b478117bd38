/// The one place where the runtime starts a task for the user's code.
///
/// It is not a child task, because the runtime must be able to go on without code that never returns: its effects are
/// sealed, its place is given to others, and the runtime still shuts down.
enum UserTask {
    @discardableResult
    static func start(
        on executor: (any TaskExecutor)?, _ body: @escaping @Sendable () async -> Void
    ) -> Task<Void, Never> {
        Task(executorPreference: executor) { await body() }
    }
}
