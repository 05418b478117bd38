#if Kafka
import CRdKafka
import SkeinTransport
import Synchronization
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A thread for one client of librdkafka, whose calls block: it runs jobs, and polls in between.
///
/// Waiting for jobs and polling are both waits on queues of librdkafka, which other threads can wake.
final class ClientThread: @unchecked Sendable {
    // Proof for `@unchecked`: `state` is behind a mutex, and librdkafka's queues are safe for threads. `end` destroys
    // them after `state` says so, under the lock under which they are used.

    private struct Job {
        let run: () -> Void
    }

    private struct State {
        var jobs: [Job] = []
        var isEnding = false
        var hasEnded = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    /// Where the client's events come; and an empty queue, on which the thread waits for jobs alone.
    private let queues: (events: OpaquePointer, bell: OpaquePointer)

    /// - Parameter events: the queue that `poll` waits on; belongs to the thread from now on.
    init(client: OpaquePointer, events: OpaquePointer) {
        queues = (events, rd_kafka_queue_new(client))
    }

    /// Begins.
    ///
    /// - Parameters:
    ///   - poll: serves the client, and returns soon after its queue was woken.
    ///   - end: closes and destroys the client.
    func start(poll: @escaping @Sendable () -> Void, end: @escaping @Sendable () -> Void) throws(TransportError) {
        let body = Body { [self] in
            while !isEnding {
                runJobs()
                poll()
            }
            runJobs()
            finish(end)
        }
        try body.start()
    }

    /// Runs something on the thread, after what was submitted before.
    ///
    /// - Returns: whether it will run; `false` when the thread ends.
    @discardableResult
    func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard !state.isEnding else { return false }
            state.jobs.append(Job(run: job))
            wake()
            return true
        }
    }

    /// Runs something on the thread and waits for it.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isAccepted = submit { continuation.resume(with: Result { try body() }) }
            if !isAccepted { continuation.resume(throwing: TransportError.closed) }
        }
    }

    /// Whether the thread has been told to end.
    var isEnding: Bool { state.withLock { $0.isEnding } }

    /// Tells the thread to end.
    func stop() {
        state.withLock { state in
            guard !state.isEnding else { return }
            state.isEnding = true
            wake()
        }
    }

    /// Waits until the client is destroyed.
    func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Called on the thread: runs the jobs that are there.
    func runJobs() {
        let jobs = state.withLock { state in
            defer { state.jobs.removeAll(keepingCapacity: true) }
            return state.jobs
        }
        for job in jobs { job.run() }
    }

    /// Called on the thread: waits for jobs, without serving the client.
    func awaitJobs(milliseconds: Int32) {
        guard let event = rd_kafka_queue_poll(queues.bell, milliseconds) else { return }
        rd_kafka_event_destroy(event)
    }

    /// Called under the lock, which keeps the queues alive.
    private func wake() {
        rd_kafka_queue_yield(queues.events)
        rd_kafka_queue_yield(queues.bell)
    }

    private func finish(_ end: () -> Void) {
        rd_kafka_queue_destroy(queues.events)
        rd_kafka_queue_destroy(queues.bell)
        end()
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// What a thread of the system runs.
private final class Body {
    private let run: () -> Void

    init(_ run: @escaping () -> Void) { self.run = run }

    func start() throws(TransportError) {
        let context = Unmanaged.passRetained(self)
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let code = pthread_create(&thread, nil, Self.main, context.toOpaque())
        guard code == 0 else {
            context.release()
            throw TransportError(.broker, "the system gives no thread for a client of Kafka (error \(code))")
        }
        #if canImport(Darwin)
        if let thread { pthread_detach(thread) }
        #else
        pthread_detach(thread)
        #endif
    }

    #if canImport(Darwin)
    private static let main: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { context in
        Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }
    #else
    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context else { return nil }
        Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }
    #endif
}
#endif
