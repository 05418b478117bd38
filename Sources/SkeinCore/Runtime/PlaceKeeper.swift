import SkeinStorage

/// Keeps the place of an engine in the log: the messages that it handled, in ``tracker``, and those that it passed by.
/// A commit that handles a message stores the place. Where messages were only passed by, it is stored now and then.
///
/// Confined to the runner of the engine.
final class PlaceKeeper {
    let tracker: PositionTracker
    private let core: RuntimeCore
    private let unlessFenced: (() -> Void) -> Void
    /// How many messages have been passed by since a place was last stored for their sake.
    private var passed = 0

    /// - Parameter unlessFenced: runs its argument, unless another engine has taken over.
    init(core: RuntimeCore, tracker: PositionTracker, unlessFenced: @escaping (() -> Void) -> Void = { $0() }) {
        (self.core, self.tracker, self.unlessFenced) = (core, tracker, unlessFenced)
    }

    /// A message is of no interest.
    func passBy(_ position: Int64) {
        _ = tracker.begin(position, interesting: false)
        passed += 1
    }

    /// Stores the place if a restart would otherwise read many messages again.
    func store(ifBehindBy least: Int = 10_000) {
        guard passed >= least else { return }
        passed = 0
        store {}
    }

    /// Stores the place.
    ///
    /// - Parameter done: called when it is durable, or cannot be stored.
    func store(_ done: @escaping @Sendable () -> Void) {
        unlessFenced {
            core.committer.submit(CommitUnit(), handled: .init(tracker: tracker, positions: [])) { _ in done() }
        }
    }
}
