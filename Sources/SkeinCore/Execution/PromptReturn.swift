/// Tells the ``WorkerPool`` whether the calling thread comes back soon.
///
/// What a thread submits after it has promised to, and what is alone in the queue, waits for that thread. Otherwise a
/// sleeping one is woken. On other threads, and in simulations, nothing of this has an effect.
enum PromptReturn {
    /// How many inputs an engine can handle and still come back soon.
    static let inputs = 4

    /// Promises to end the present piece of work without blocking and without code of the user's.
    static func promise() { Worker.current?.returnsSoon = true }

    /// Runs what may block or belongs to the user, and so cannot be promised to end soon.
    static func suspended<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let worker = Worker.current, worker.returnsSoon else { return try body() }
        worker.returnsSoon = false
        worker.pool.summon()
        defer { worker.returnsSoon = true }
        return try body()
    }

    /// Runs a commit, which blocks until it calls ``committed(_:)``.
    static func committing<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let worker = Worker.current, worker.returnsSoon else { return try body() }
        worker.commits = true
        defer { worker.commits = false }
        return try suspended(body)
    }

    /// Runs what follows a commit. If it takes place inside ``committing(_:)``, the promise holds again.
    static func committed(_ body: () -> Void) {
        guard let worker = Worker.current, worker.commits else { return body() }
        worker.returnsSoon = true
        body()
        worker.returnsSoon = false
    }
}
