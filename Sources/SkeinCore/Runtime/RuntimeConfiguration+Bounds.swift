import SkeinStorage

extension RuntimeConfiguration {
    /// What is wrong with the configuration, one sentence for each value, with what is admitted.
    var problems: [String] {
        var problems: [String] = []
        func number(_ name: String, _ value: Int, atLeast least: Int = 1) {
            guard value < least else { return }
            problems.append("the configuration's \(name) is \(value); it must be \(least) or more")
        }
        func time(_ name: String, _ value: Duration?, isPositive: Bool = false) {
            guard let value, isPositive ? value <= .zero : value < .zero else { return }
            let admitted = isPositive ? "longer than nothing" : "PT0S or longer"
            problems.append("the configuration's \(name) is \(value.iso8601); it must be \(admitted)")
        }
        number("bufferedMessages", bufferedMessages)
        number("concurrentHandlers", concurrentHandlers)
        number("bufferedMessagesPerKey", bufferedMessagesPerKey)
        number("parkedKeysInMemory", parkedKeysInMemory)
        number("concurrentActivities", concurrentActivities)
        number("hungAttempts", hungAttempts)
        number("commitBatch", commitBatch)
        number("reactionBatch", reactionBatch)
        number("tailLength", tailLength)
        number("tailBytes", tailBytes)
        number("liveInstances", liveInstances)
        number("timersInMemory", timersInMemory)
        number("fanOutChunk", fanOutChunk)
        number("journalWarning", journalWarning)
        number("journalLimit", journalLimit)
        number("maximumPayloadSize", maximumPayloadSize)
        number("unwrittenFireAndForget", unwrittenFireAndForget, atLeast: 0)
        time("longestHoldUp", longestHoldUp)
        time("retryInMemory", retryInMemory)
        time("failureTolerance", failureTolerance)
        time("reactionDeadline", reactionDeadline, isPositive: true)
        time("drainTimeout", drainTimeout)
        time("inboxWindow", inboxWindow)
        time("keepsEndedInstances", keepsEndedInstances)
        problems += (logRetention?.problems ?? []).map { "the configuration's logRetention: \($0)" }
        for (system, policy) in breakers.sorted(by: { $0.key < $1.key }) {
            let name = "breaker of '\(system)': its"
            number("\(name) failures", policy.failures)
            time("\(name) openFor", policy.openFor, isPositive: true)
            number("\(name) initialConcurrency", policy.initialConcurrency)
            number("\(name) fullConcurrency", policy.fullConcurrency)
        }
        return problems
    }
}
