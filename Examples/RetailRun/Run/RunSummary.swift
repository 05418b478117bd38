/// What `retail run --json` prints at the end.
struct RunSummary: Sendable, Codable {
    var placed: Int
    var open: Int
    var fulfilled: Int
    var notFulfilled: Int
    var canceled: Int
    var cardsCharged: Int
    var chargesDeclined: Int
    /// Of this run alone; `nil` where the shop runs apart.
    var retries: Int?
    /// How often processes were started again in this run; `nil` where the shop does not run apart.
    var restarts: Int?
    var openIncidents: Int
    var isComplete: Bool
    /// 0, 1, 69 or 75, as `retail run --help` says.
    var exitCode: Int32

    init(
        _ progress: RunProgress, _ ending: RunEnding, retries: Int? = nil, restarts: Int? = nil, incidents: Int
    ) {
        (placed, open, isComplete) = (progress.placed, progress.open, progress.isComplete)
        (fulfilled, notFulfilled, canceled) = (progress.fulfilled, progress.notFulfilled, progress.canceled)
        (cardsCharged, chargesDeclined) = (progress.charges, progress.declined)
        (self.retries, self.restarts) = (retries, restarts)
        (openIncidents, exitCode) = (incidents, ending.exitCode)
    }
}
