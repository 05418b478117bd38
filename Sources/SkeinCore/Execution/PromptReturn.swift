/// Tells the ``WorkerPool`` whether the calling thread comes back soon.
///
/// Work that a thread submits after its promise waits for that thread, if nothing else is in the queue. Otherwise a
/// sleeping thread is woken. On threads outside the pool, and in simulations, a promise has no effect.
enum PromptReturn {
    /// How many inputs an engine can handle and still come back soon.
    static let inputs = 4

    /// Promises to end the present piece of work without blocking and without running user code.
    static func promise() { Worker.current?.returnsSoon = true }

    /// Runs user code, or code that may block: the promise does not hold meanwhile.
    static func suspended<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let worker = Worker.current, worker.returnsSoon || worker.gathers else { return try body() }
        let (returnsSoon, gathers) = (worker.returnsSoon, worker.gathers)
        (worker.returnsSoon, worker.gathers) = (false, false)
        worker.pool.summon()
        defer { (worker.returnsSoon, worker.gathers) = (returnsSoon, gathers) }
        return try body()
    }

    /// Runs code that may submit many pieces of work: another thread is woken for them once, at the end.
    static func gathering<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let worker = Worker.current, !worker.gathers else { return try body() }
        worker.gathers = true
        defer {
            worker.gathers = false
            worker.pool.summon(comingBack: worker.returnsSoon)
        }
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
