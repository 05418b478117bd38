/// Why a runtime ends.
enum RuntimeEnd: Sendable {
    /// Somebody wants it to.
    case asked
    case failed(any Error)

    var failure: (any Error)? { if case .failed(let error) = self { error } else { nil } }
}

/// What somebody has to do who wants a runtime to stop.
enum StopAction: Equatable, Sendable {
    /// Drain it, close its store, and call ``RuntimeLife/stopped()``.
    case drain
    case nothing
}

/// The life of a runtime: it starts once and stops once, whoever asks for that, how often, and when.
///
/// Each event returns what its caller has to do. A watcher waits until the runtime is to end. A stopper wants it to
/// stop, and waits until it has.
struct RuntimeLife<Watcher, Stopper> {
    private enum State {
        case made(Outlook)
        /// Somebody is starting it. The stoppers wait until that is done, because a start reads the store.
        case starting(Outlook, [Stopper])
        case running(Outlook)
        /// Somebody drains it, and the others wait.
        case stopping(Outlook, [Stopper])
        case stopped(RuntimeEnd)
    }

    /// Whether the runtime is to go on.
    private enum Outlook {
        case good([Watcher])
        case ending(RuntimeEnd)
    }

    enum StartAction: Equatable {
        /// Start, and call ``started()``.
        case begin
        case nothing
    }

    private var state = State.made(.good([]))

    /// Whether the runtime is being stopped, or has been.
    var isEnding: Bool {
        switch state {
        case .made, .starting, .running: false
        case .stopping, .stopped: true
        }
    }

    mutating func start() -> StartAction {
        guard case .made(let outlook) = state else { return .nothing }
        state = .starting(outlook, [])
        return .begin
    }

    /// The start is done.
    ///
    /// - Returns: the stopper who is to be told to drain; the others go on waiting.
    mutating func started() -> Stopper? {
        guard case .starting(let outlook, let stoppers) = state else {
            preconditionFailure("a runtime that nobody starts has started")
        }
        guard let first = stoppers.first else {
            state = .running(outlook)
            return nil
        }
        state = .stopping(outlook, Array(stoppers.dropFirst()))
        return first
    }

    /// Somebody wants the runtime to stop.
    ///
    /// - Returns: `nil` where the stopper has to wait to be told.
    mutating func stop(_ stopper: Stopper) -> StopAction? {
        switch state {
        case .made(let outlook), .running(let outlook):
            state = .stopping(outlook, [])
            return .drain
        case .starting(let outlook, let stoppers):
            state = .starting(outlook, stoppers + [stopper])
            return nil
        case .stopping(let outlook, let stoppers):
            state = .stopping(outlook, stoppers + [stopper])
            return nil
        case .stopped:
            return .nothing
        }
    }

    /// The runtime is drained and its store is closed.
    ///
    /// - Returns: whom to tell that nothing is left to do.
    mutating func stopped() -> (watchers: [Watcher], stoppers: [Stopper]) {
        guard case .stopping(let outlook, let stoppers) = state else {
            preconditionFailure("a runtime that nobody stops has stopped")
        }
        switch outlook {
        case .good(let watchers):
            state = .stopped(.asked)
            return (watchers, stoppers)
        case .ending(let reason):
            state = .stopped(reason)
            return ([], stoppers)
        }
    }

    /// The runtime is to end; the first reason counts.
    ///
    /// - Returns: whom to tell.
    mutating func end(because reason: RuntimeEnd) -> [Watcher] {
        guard case .good(let watchers) = outlook else { return [] }
        outlook = .ending(reason)
        return watchers
    }

    /// Somebody waits until the runtime is to end.
    ///
    /// - Returns: why it is; `nil` where the watcher has to wait to be told.
    mutating func watch(_ watcher: Watcher) -> RuntimeEnd? {
        switch outlook {
        case .good(let watchers):
            outlook = .good(watchers + [watcher])
            return nil
        case .ending(let reason):
            return reason
        }
    }

    private var outlook: Outlook {
        get {
            switch state {
            case .made(let outlook), .starting(let outlook, _), .running(let outlook), .stopping(let outlook, _):
                outlook
            case .stopped(let reason): .ending(reason)
            }
        }
        set {
            switch state {
            case .made: state = .made(newValue)
            case .starting(_, let stoppers): state = .starting(newValue, stoppers)
            case .running: state = .running(newValue)
            case .stopping(_, let stoppers): state = .stopping(newValue, stoppers)
            case .stopped: break
            }
        }
    }
}
