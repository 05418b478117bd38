internal import Metrics
import SkeinActions
internal import Synchronization

/// One counter, visible in ``RuntimeCounts`` and to the metrics backend.
struct EventCounter: Sendable {
    private let value: CounterBox

    init(_ name: String) { value = CounterBox(name) }

    func increment(by amount: Int = 1) {
        value.count.add(amount, ordering: .relaxed)
        value.metric.increment(by: amount)
    }

    var current: Int { value.count.load(ordering: .relaxed) }

    private final class CounterBox: Sendable {
        let count = Atomic<Int>(0)
        let metric: Counter
        init(_ name: String) { metric = Counter(label: name) }
    }
}

/// The counters of one runtime.
struct Counters: Sendable {
    let handled = EventCounter("skein_messages_handled_total")
    let retried = EventCounter("skein_attempts_retried_total")
    let parked = EventCounter("skein_messages_parked_total")
    let deadLettered = EventCounter("skein_messages_dead_lettered_total")
    let ignoredVersions = EventCounter("skein_messages_ignored_versions_total")
    let duplicates = EventCounter("skein_messages_duplicates_total")
    let lateAnswers = EventCounter("skein_answers_late_total")
    let sealedEffects = EventCounter("skein_effects_sealed_total")
    let lost = EventCounter("skein_messages_lost_total")
    let unmatched = EventCounter("skein_messages_unmatched_total")
    let expired = EventCounter("skein_messages_expired_total")
    let evictions = EventCounter("skein_instances_evicted_total")
    let abandonedTasks = EventCounter("skein_tasks_abandoned_total")

    var counts: RuntimeCounts {
        var counts = RuntimeCounts()
        counts.handled = handled.current
        counts.retried = retried.current
        counts.parked = parked.current
        counts.deadLettered = deadLettered.current
        counts.ignoredVersions = ignoredVersions.current
        counts.duplicates = duplicates.current
        counts.lateAnswers = lateAnswers.current
        counts.sealedEffects = sealedEffects.current
        counts.lost = lost.current
        counts.unmatched = unmatched.current
        counts.expired = expired.current
        counts.evictions = evictions.current
        counts.abandonedTasks = abandonedTasks.current
        return counts
    }
}
