/// How far the subscriptions of a runtime lag behind the end of its log. Relays do not count: they wait for a broker.
struct SubscriptionLags: Sendable {
    let tail: LogTail
    /// The engines at the moment; a kernel may be replaced while the runtime runs.
    let engines: @Sendable () -> [any Engine]

    /// The subscription that lags most, and by how many messages of the log.
    func slowest() -> (subscription: String, lag: Int64)? {
        let end = tail.end
        let lags = engines().compactMap { engine in
            engine.readPosition.map { (subscription: engine.subscription, lag: end - $0) }
        }
        return lags.max { $0.lag < $1.lag }
    }

    /// Has all engines read on. One that nothing new concerns has not looked at the log, and only seems to lag.
    func wakeAll() {
        for engine in engines() where engine.readPosition != nil { engine.wake() }
    }
}
