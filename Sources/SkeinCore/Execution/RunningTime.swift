/// How much of its time limit a piece of running code has used.
///
/// A process may be stopped while the clock goes on: by a signal, a debugger, or a move of its virtual machine. So the
/// time is looked at after each slice of the limit, and a stretch between two looks counts as one slice at most: if the
/// look came late, the code did not run either.
///
/// When the processor time of the code's thread is known, a stretch counts only that time, so that a busy machine does
/// not use up the limit. A thread that used next to no processor time is blocked, and its stretch counts in full.
struct RunningTime {
    /// What is left of the limit.
    private(set) var rest: Duration
    /// The longest time that one stretch can count; `nil` on a clock that stops with the process.
    private let slice: Duration?
    /// When the time was last looked at.
    private var last: Timestamp
    /// The processor time of the thread at the last look.
    private var used: Duration?

    /// The number of slices in a limit.
    static let slices = 8
    /// A thread counts as blocked when it used less than this fraction (one in twenty) of a stretch.
    static let busyPart = 20

    init(_ limit: Duration, from now: Timestamp, mayStandStill: Bool) {
        (rest, last) = (limit, now)
        slice = mayStandStill ? limit / Self.slices : nil
    }

    /// When to look next.
    var next: Timestamp { last.advanced(by: stretch) }

    private var stretch: Duration { slice.map { min($0, rest) } ?? rest }

    /// Counts the stretch since the last look.
    ///
    /// - Parameter used: the processor time of the thread since it started; `nil` when it is not known.
    /// - Returns: whether the limit is used up.
    mutating func look(at now: Timestamp, used: Duration?) -> Bool {
        let passed = max(.zero, now.since(last))
        var counted = slice == nil ? passed : min(passed, stretch)
        if slice != nil, let used, let before = self.used, (used - before) * Self.busyPart >= passed {
            counted = min(counted, used - before)
        }
        (last, self.used) = (now, used)
        rest -= counted
        return rest <= .zero
    }
}
