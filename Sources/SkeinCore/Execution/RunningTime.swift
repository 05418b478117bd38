/// How much of its time limit a piece of running code has used up.
///
/// A process may stand still while the clock goes on: it is stopped by a signal or a debugger, its machine sleeps or is
/// moved. So the time is looked at in slices, and what goes beyond a slice is not counted: whoever was to look did not
/// run either, and nor did the code. Of a thread whose use of the processor is known that use is counted, unless it is
/// next to nothing: then the code is blocked, which counts in full.
struct RunningTime {
    /// What is left of the limit.
    private(set) var rest: Duration
    /// How long a stretch may be; `nil` on a clock that goes on only while the code runs.
    private let slice: Duration?
    private var last: Timestamp
    private var used: Duration?

    /// Into how many slices a limit is divided.
    static let slices = 8
    /// Which part of a stretch a thread must have used the processor not to count as blocked.
    static let busyPart = 20

    init(_ limit: Duration, from now: Timestamp, mayStandStill: Bool) {
        (rest, last) = (limit, now)
        slice = mayStandStill ? limit / Self.slices : nil
    }

    /// When to look next.
    var next: Timestamp { last.advanced(by: stretch) }

    private var stretch: Duration { slice.map { min($0, rest) } ?? rest }

    /// Counts the time since the last look.
    ///
    /// - Parameter used: for how long the thread has used the processor in its life; `nil` where that is not known.
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
