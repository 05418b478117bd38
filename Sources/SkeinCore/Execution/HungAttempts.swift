/// The attempts that have missed their time limits and have not come back, by what they are attempts at.
///
/// A task that hangs never ends, nor frees what it holds. So each message and each activity gets a few of
/// them (``RuntimeConfiguration/hungAttempts``); further attempts fail without beginning until one comes back, or an
/// operator retries and so gives it as many again.
struct HungAttempts<Subject: Hashable> {
    private let limit: Int
    private var subjects: [UInt64: Subject] = [:]
    private var counts: [Subject: Int] = [:]

    init(limit: Int) { self.limit = limit }

    /// An attempt has missed its time limit.
    mutating func missed(_ attempt: UInt64, at subject: Subject) {
        subjects[attempt] = subject
        counts[subject, default: 0] += 1
    }

    /// An attempt that may have missed its time limit has come back.
    mutating func returned(_ attempt: UInt64) {
        guard let subject = subjects.removeValue(forKey: attempt), let count = counts[subject] else { return }
        counts[subject] = count > 1 ? count - 1 : nil
    }

    /// Forgets the attempts at a subject: an operator has acted, it is done, or its identity is used again.
    mutating func forget(_ subject: Subject) {
        guard counts.removeValue(forKey: subject) != nil else { return }
        subjects = subjects.filter { $0.value != subject }
    }

    /// Why no attempt may begin; `nil` where one may.
    ///
    /// - Parameter error: how the last attempt failed, if one has just failed.
    func refusal(of subject: Subject, after error: (any Error)? = nil) -> UnreturnedAttempts? {
        guard let count = counts[subject], count >= limit else { return nil }
        return UnreturnedAttempts(count: count, last: error is UnreturnedAttempts ? nil : error.map { "\($0)" })
    }
}

/// No attempt begins, because too many earlier ones have not come back. What became of those is unknown.
struct UnreturnedAttempts: DispositionedError, CustomStringConvertible {
    var count: Int
    /// The error of the attempt that has just failed; `nil` where that was a refusal itself.
    var last: String?

    var disposition: Disposition { .unknownOutcome }

    var description: String {
        (last.map { "\($0); " } ?? "") + "\(count) attempts of it have not come back, so no further one begins by "
            + "itself until one of them does; see to what hangs, then retry"
    }
}
