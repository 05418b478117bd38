public import SkeinCore
import Synchronization

/// A clock that stands still until it is told to go on: weeks pass in milliseconds.
public final class VirtualClock: RuntimeClock, Sendable {
    private struct State {
        var now: Timestamp
        var alarms: [UInt64: (due: Timestamp, fire: @Sendable () -> Void)] = [:]
        var next: UInt64 = 0
    }

    private let state: Mutex<State>

    /// - Parameter start: the present time until the clock is moved on.
    public init(start: Timestamp = Timestamp(microseconds: 0)) { state = Mutex(State(now: start)) }

    /// `true`: time jumps to the next alarm, so one left over would look like work.
    package var wantsExactAlarms: Bool { true }

    /// Stands still between two calls of ``advance(to:)``.
    public var now: Timestamp { state.withLock { $0.now } }

    /// Goes off inside ``advance(to:)``, on the caller's thread.
    package func makeAlarm(_ fire: @escaping @Sendable () -> Void) -> any ClockAlarm {
        let number = state.withLock { state -> UInt64 in
            state.next += 1
            return state.next
        }
        return VirtualAlarm(clock: self, number: number, fire: fire)
    }

    /// When the next alarm is due; `nil` when none is set.
    public var nextAlarm: Timestamp? { state.withLock { $0.alarms.values.map(\.due).min() } }

    /// Moves the clock on, never back, and lets the alarms that are due then go off in the order of their times.
    public func advance(to time: Timestamp) {
        let due = state.withLock { state -> [@Sendable () -> Void] in
            state.now = max(state.now, time)
            let due = state.alarms.filter { $0.value.due <= state.now }.sorted {
                ($0.value.due, $0.key) < ($1.value.due, $1.key)
            }
            for alarm in due { state.alarms[alarm.key] = nil }
            return due.map(\.value.fire)
        }
        for fire in due { fire() }
    }

    /// Moves the clock without firing any alarm. A positive duration simulates a busy machine, a negative one a clock
    /// that was set back.
    public func shift(by duration: Duration) {
        state.withLock { $0.now = $0.now.advanced(by: duration) }
    }

    /// Fires the alarms that are due, in the order of their times.
    ///
    /// - Returns: whether there were any.
    @discardableResult
    public func fireDue() -> Bool {
        guard let next = nextAlarm, next <= now else { return false }
        advance(to: now)
        return true
    }

    /// Forgets all alarms, as a killed process does.
    public func dropAlarms() { state.withLock { $0.alarms = [:] } }

    fileprivate func set(_ number: UInt64, _ due: Timestamp?, _ fire: @escaping @Sendable () -> Void) {
        state.withLock { state in state.alarms[number] = due.map { ($0, fire) } }
    }
}

private struct VirtualAlarm: ClockAlarm {
    let clock: VirtualClock
    let number: UInt64
    let fire: @Sendable () -> Void

    func set(_ due: Timestamp?) { clock.set(number, due, fire) }
}
