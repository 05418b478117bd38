import SkeinMessages

/// Decides how much a channel takes in, by how far the slowest subscription here lags behind the end of the log.
///
/// Over the limit nothing is asked for, so that the broker keeps what comes. If that lasts, answers and catalogues are
/// taken in again, and only they: the slow handler may be waiting for one of them. When the subscription has caught up
/// with half of the limit, everything is.
struct IntakeThrottle {
    enum Stage: Equatable {
        case everything
        case nothing(since: Timestamp)
        case answers
    }

    /// What a connection takes in.
    enum Scope {
        case everything
        /// Answers and catalogues.
        case answers
    }

    /// How long nothing is taken in before answers are.
    static let patience = Duration.seconds(1)
    /// When the lag is looked at again, while it holds the channel.
    static let interval = Duration.milliseconds(100)

    private(set) var stage = Stage.everything
    private let limit: Int64

    /// What is to be taken in; `nil` for nothing.
    var scope: Scope? {
        switch stage {
        case .everything: .everything
        case .nothing: nil
        case .answers: .answers
        }
    }

    /// - Parameter limit: in messages of the log, 1 or more.
    init(limit: Int) { self.limit = Int64(limit) }

    /// Whether a subscription that lags so far may hold the channel soon, or keep holding it.
    func isNear(_ lag: Int64) -> Bool { lag > limit / 2 }

    /// The slowest subscription lags so far.
    mutating func measured(_ lag: Int64, at now: Timestamp) {
        switch stage {
        case .everything: if lag > limit { stage = .nothing(since: now) }
        case .nothing, .answers: if !isNear(lag) { return stage = .everything }
        }
        if case .nothing(let since) = stage, now >= since.advanced(by: Self.patience) { stage = .answers }
    }
}
