extension RetryPolicy {
    /// The delay before the next attempt after an error; `nil` when no further attempt is made.
    func delay(after error: any Error, attempt: Int, failingFor failing: Duration, random: UInt64) -> Duration? {
        switch Disposition.of(error) {
        case .permanent: nil
        case .retry(let asked): delay(afterAttempt: attempt, failingFor: failing, asked: asked, random: random)
        case .unknownOutcome: delay(afterAttempt: attempt, failingFor: failing, random: random)
        }
    }
}
