internal import HeapModule
internal import Synchronization

/// All wake-ups of a runtime: one heap, one alarm of the clock.
///
/// Actions run on the clock's thread, in the order of their due times (then of their scheduling), and must be short:
/// they hand work to a reactor.
final class TimerService: Sendable {
    struct Token: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    private struct Entry: Comparable {
        let due: Timestamp
        let number: UInt64

        static func < (left: Entry, right: Entry) -> Bool { (left.due, left.number) < (right.due, right.number) }
    }

    private struct State {
        var heap = Heap<Entry>()
        var actions: [UInt64: @Sendable () -> Void] = [:]
        var next: UInt64 = 0
        var alarmAt: Timestamp?
        var stopped = false
    }

    let clock: any RuntimeClock
    private let state = Mutex(State())
    private let alarm = Mutex<(any ClockAlarm)?>(nil)

    init(clock: any RuntimeClock) {
        self.clock = clock
    }

    /// How many actions are scheduled.
    var count: Int { state.withLock { $0.actions.count } }

    /// Starts the alarm; nothing fires before.
    func start() {
        alarm.withLock { $0 = clock.makeAlarm { [weak self] in self?.fire() } }
        state.withLock { $0.alarmAt = nil }
        rearm()
    }

    func stop() {
        state.withLock { state in
            state = State()
            state.stopped = true
        }
        alarm.withLock { alarm in
            alarm?.set(nil)
            alarm = nil
        }
    }

    @discardableResult
    func schedule(at due: Timestamp, _ action: @escaping @Sendable () -> Void) -> Token {
        let (token, earlier) = state.withLock { state -> (Token, Bool) in
            state.next += 1
            let number = state.next
            guard !state.stopped else { return (Token(number: number), false) }
            state.heap.insert(Entry(due: due, number: number))
            state.actions[number] = action
            return (Token(number: number), state.alarmAt.map { due < $0 } ?? true)
        }
        if earlier { rearm() }
        return token
    }

    /// Schedules an action after an interval from now.
    @discardableResult
    func schedule(after interval: Duration, _ action: @escaping @Sendable () -> Void) -> Token {
        schedule(at: clock.now.advanced(by: interval), action)
    }

    /// Withdraws an action; one that has run already is unaffected.
    func cancel(_ token: Token) {
        let isFirst = state.withLock { state -> Bool in
            guard state.actions.removeValue(forKey: token.number) != nil else { return false }
            // Dead entries are dropped when they outnumber the living, so that memory follows what is armed.
            if state.heap.count > 64, state.heap.count > state.actions.count * 2 {
                let living = state.actions
                state.heap = Heap(state.heap.unordered.filter { living[$0.number] != nil })
                return true
            }
            return state.heap.min?.number == token.number
        }
        if isFirst, clock.wantsExactAlarms { rearm() }
    }

    private func fire() {
        let now = clock.now
        let due = state.withLock { state -> [@Sendable () -> Void] in
            var due: [@Sendable () -> Void] = []
            while let first = state.heap.min, first.due <= now {
                state.heap.removeMin()
                if let action = state.actions.removeValue(forKey: first.number) { due.append(action) }
            }
            state.alarmAt = nil
            return due
        }
        for action in due { action() }
        rearm()
    }

    private func rearm() {
        // The alarm's lock is taken first, so that settings reach the alarm in the order in which they were decided.
        alarm.withLock { alarm in
            let due = state.withLock { state -> Timestamp? in
                while let first = state.heap.min, state.actions[first.number] == nil { state.heap.removeMin() }
                state.alarmAt = state.heap.min?.due
                return state.alarmAt
            }
            alarm?.set(due)
        }
    }
}
