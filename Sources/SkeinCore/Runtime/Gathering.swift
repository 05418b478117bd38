internal import Synchronization

/// Calls back once: when as many have arrived as are expected, or when it is finished before that.
final class Gathering: Sendable {
    private let rest: Mutex<Int>
    private let done: @Sendable () -> Void

    init(_ count: Int, _ done: @escaping @Sendable () -> Void) {
        rest = Mutex(count)
        self.done = done
        if count == 0 { done() }
    }

    func arrive() {
        let last = rest.withLock { rest -> Bool in
            rest -= 1
            return rest == 0
        }
        if last { done() }
    }

    func finish() {
        let open = rest.withLock { rest -> Bool in
            defer { rest = 0 }
            return rest > 0
        }
        if open { done() }
    }
}
