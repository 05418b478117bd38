import SkeinMessages
import SkeinStorage

/// What a channel has been through, as a state machine: its report, and what of that is worth a write or a line in the
/// log. ``ChannelMonitor`` says what happens, and obeys the actions that this returns.
struct ChannelHistory {
    typealias Direction = WritableKeyPath<ChannelReport, ChannelReport.Connection>

    /// What the driver has to do.
    enum Action: Equatable {
        /// Write the report into the store.
        case store(ChannelReport)
        /// Call ``ChannelHistory/storeCounts()`` in a while.
        case planStore
        /// Say how a connection stands.
        case log(ChannelReport.Connection, isSending: Bool)
    }

    /// The report as it is kept in the store.
    private enum Copy {
        /// It has all counts; an alarm may still come.
        case whole(isPlanned: Bool)
        /// It lacks counts, and an alarm will come.
        case behind
    }

    /// What one connection has been through.
    private enum Past {
        /// It has not been open, nor has it failed.
        case none
        /// It has failed, and has never been open.
        case vain
        case sound
        /// It was open, and has failed since.
        case broken

        var hasFailed: Bool { self == .vain || self == .broken }
        var hasBeenOpen: Bool { self == .sound || self == .broken }

        mutating func enter(_ next: ChannelReport.Connection) {
            switch next.state {
            case .connected, .held: self = .sound
            case .disconnected: self = hasBeenOpen ? .broken : .vain
            case .stopped: self = hasBeenOpen ? .sound : .none
            case .connecting, .suspended: break
            }
        }
    }

    /// A state that was logged, with the error that has led to it.
    private struct Line: Equatable {
        var state: ChannelReport.State
        var error: String?
    }

    /// The part of a report whose changes are written at once.
    private struct Essence: Equatable {
        var sending: ChannelReport.State
        var takingIn: ChannelReport.State
        var errors: [String?]
        var problem: String?
        var remotes: [String]

        init(_ report: ChannelReport) {
            (sending, takingIn) = (report.sending.state, report.takingIn.state)
            (errors, problem) = ([report.sending.lastError, report.takingIn.lastError], report.problem)
            remotes = report.remotes
        }
    }

    /// How many problems a report has at most.
    private static let mostProblems = 8

    private(set) var report: ChannelReport
    /// What only a person can put right, each once, in the order in which it was found.
    private var problems: [String]
    private var copy = Copy.whole(isPlanned: false)
    /// What the copy in the store says about the connections.
    private var stored: Essence?
    /// What the copy has to say. A connection that is being opened counts as it was before, so that attempts that fail
    /// again and again write nothing.
    private var present: Essence
    private var pasts: (sending: Past, takingIn: Past) = (.none, .none)
    private var logged: (sending: Line?, takingIn: Line?)

    /// - Parameter stored: the report that is in the store.
    init(_ report: ChannelReport, stored: ChannelReport?) {
        self.report = report
        problems = report.problem.map { [$0] } ?? []
        (self.stored, present) = (stored.map(Essence.init), Essence(stored ?? report))
    }

    /// One direction has come into another state.
    ///
    /// - Parameters:
    ///   - error: why the connection ended; `nil` where it did not.
    ///   - code: of that error, where it is one of a transport.
    mutating func enter(
        _ next: ChannelReport.State, _ direction: Direction, because error: String?, code: String? = nil,
        at now: Timestamp
    ) -> [Action] {
        var value = report[keyPath: direction]
        if value.state != next { (value.state, value.since) = (next, now) }
        if let error { (value.lastError, value.lastErrorCode, value.lastErrorAt) = (error, code, now) }
        let isSending = direction == \.sending
        let past = isSending ? \Self.pasts.sending : \Self.pasts.takingIn
        if self[keyPath: past].hasFailed, value.isOpen { value.reconnects += 1 }
        self[keyPath: past].enter(value)
        report[keyPath: direction] = value
        let line = Line(state: next, error: next == .disconnected ? value.lastError : nil)
        let last = isSending ? \Self.logged.sending : \Self.logged.takingIn
        // An attempt that fails again says nothing new.
        guard next != .connecting, self[keyPath: last] != line else { return storeIfNew() }
        self[keyPath: last] = line
        return storeIfNew() + [.log(value, isSending: isSending)]
    }

    /// Whether a connection has been open.
    func hasBeenOpen(_ direction: Direction) -> Bool {
        (direction == \.sending ? pasts.sending : pasts.takingIn).hasBeenOpen
    }

    mutating func count(_ change: (inout ChannelReport) -> Void) -> [Action] {
        change(&report)
        defer { copy = .behind }
        if case .whole(isPlanned: false) = copy { return [.planStore] }
        return []
    }

    /// Something was found that only a person can put right.
    mutating func found(_ problem: String) -> [Action] {
        guard !problems.contains(problem) else { return [] }
        problems.append(problem)
        // The first one may be of the start, which finds it once.
        if problems.count > Self.mostProblems { problems.remove(at: 1) }
        return problemsChanged()
    }

    mutating func solved(_ problem: String) -> [Action] {
        guard let index = problems.firstIndex(of: problem) else { return [] }
        problems.remove(at: index)
        return problemsChanged()
    }

    private mutating func problemsChanged() -> [Action] {
        report.problem = problems.isEmpty ? nil : problems.joined(separator: "; ")
        return storeIfNew()
    }

    /// The alarm of ``Action/planStore`` has come.
    mutating func storeCounts() -> [Action] {
        defer { copy = .whole(isPlanned: false) }
        if case .behind = copy { return [.store(report)] }
        return []
    }

    private mutating func storeIfNew() -> [Action] {
        var essence = Essence(report)
        if essence.sending == .connecting { essence.sending = present.sending }
        if essence.takingIn == .connecting { essence.takingIn = present.takingIn }
        present = essence
        guard essence != stored else { return [] }
        stored = essence
        if case .behind = copy { copy = .whole(isPlanned: true) }
        return [.store(report)]
    }
}
