import SkeinStorage

/// The timers of one kernel: which come next, when to look again, and whether they may fire yet.
///
/// Confined to the runner of the kernel.
final class TimerScheduler {
    private let kernel: KernelContext
    private var window: TimerWindow
    private var alarm: (due: Timestamp, token: TimerService.Token)?
    /// The messages that the due timers wait for; `nil` when no timer is due.
    private var hold: TimerHold?

    /// How many timers fire in one commit at most.
    private static let chunk = 1000

    init(_ kernel: KernelContext) {
        self.kernel = kernel
        window = TimerWindow(limit: kernel.core.configuration.timersInMemory)
    }

    /// Whether no timer is due.
    var isIdle: Bool { hold == nil }

    /// Whether due timers wait for messages that were committed before them.
    var awaitsLog: Bool { hold?.isOver == false }

    /// The position up to which the log has to be routed before the due timers may fire.
    var awaitedPosition: Int64? { awaitsLog ? hold?.position : nil }

    /// Takes committed timers into memory.
    func arm(_ timers: [TimerRow]) {
        for timer in timers { window.insert(timer) }
        setAlarm()
    }

    /// Adds the timers of an instance that goes on; ``due(routedThrough:)`` follows.
    func insert(_ timers: [TimerRow]) {
        for timer in timers { window.insert(timer) }
    }

    func remove(_ timer: TimerRow) { window.remove(timer) }

    /// Cancels the alarm: it has rung, or due timers are looked for anyway.
    func clearAlarm() {
        if let alarm { kernel.core.timers.cancel(alarm.token) }
        alarm = nil
    }

    private func setAlarm() {
        guard hold == nil, let due = window.nextDue else { return }
        if let alarm, alarm.due <= due { return }
        clearAlarm()
        let token = kernel.core.timers.schedule(at: due) { [post = kernel.post] in post(.timersDue) }
        alarm = (due, token)
    }

    /// The timers to fire now, as many as one commit should hold; `nil` while none may fire. ``fired(_:)`` follows.
    ///
    /// They wait until every message that was in the log when they became due has been routed; see ``TimerHold``.
    ///
    /// - Parameter position: up to which every message has been routed to all its receivers.
    func due(routedThrough position: Int64) throws -> [TimerRow]? {
        // The number of commits under way is bounded, however many timers are due.
        guard kernel.hasRoom else {
            // While timers await the log, every event asks for due timers anyway.
            if !awaitsLog { kernel.postpone(.timersDue) }
            return nil
        }
        let now = kernel.now
        // The clock was set back, so what was due is not due any more.
        if let hold, hold.through > now { self.hold = nil }
        if hold == nil, let due = window.nextDue, due <= now {
            hold = TimerHold(through: now, position: try kernel.reader.highWater().position)
        }
        guard let hold else {
            setAlarm()
            return nil
        }
        guard hold.isOver || position >= hold.position else { return nil }
        self.hold?.isOver = true
        if window.needsReading(at: hold.through) { try read() }
        return window.takeDue(at: hold.through, limit: Self.chunk)
    }

    /// The timers that were handed out have fired.
    ///
    /// - Returns: whether more may be due.
    func fired(_ timers: [TimerRow]) -> Bool {
        guard timers.count < Self.chunk else { return true }
        hold = nil
        setAlarm()
        return false
    }

    /// Reads the next stretch of timers from the store.
    func read() throws {
        let limit = max(1, kernel.core.configuration.timersInMemory / 2)
        let rows = try kernel.reader.timers(
            component: kernel.component, after: window.readThrough, due: Timestamp(microseconds: .max), limit: limit)
        window.extend(with: rows, isComplete: rows.count < limit)
    }
}
