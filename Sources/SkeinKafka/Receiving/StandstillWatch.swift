/// Notices a partition that brings nothing although the broker has more of it.
///
/// The driver tells how far each partition has been read, and asks the broker for the ends of those that have not moved
/// between two checks. A partition that is read to its end is idle; one that stays below it is suspected first, and
/// stands still when that goes on for the patience.
struct StandstillWatch {
    /// A partition that stands still.
    struct Finding: Equatable {
        let partition: TopicPartition
        /// The offset below which everything was read; `nil` when nothing has come of the partition yet.
        let reached: Int64?
        /// What the broker has ends below this offset.
        let end: Int64
    }

    private let patience: Duration
    /// How far librdkafka has read the partitions whose end it has met. Unlike the offsets of messages, this counts the
    /// markers of transactions and what was aborted.
    private var ends: [TopicPartition: Int64] = [:]
    private var reached: [TopicPartition: Int64?] = [:]
    private var suspectedSince: [TopicPartition: Duration] = [:]

    /// - Parameter patience: how long a partition has to stand still.
    init(patience: Duration) { self.patience = patience }

    /// librdkafka has read a partition to its end.
    mutating func meetEnd(of partition: TopicPartition, at offset: Int64) { ends[partition] = offset }

    /// The partitions that have not moved since the last check, whose ends are to be asked.
    ///
    /// - Parameter next: the offsets of the next messages of all partitions that are read; `nil` where it is not known,
    ///   because no message has come.
    mutating func check(_ next: [TopicPartition: Int64?]) -> [TopicPartition] {
        let before = reached
        reached = [:]
        for (partition, offset) in next {
            reached[partition] = .some([offset, ends[partition]].compactMap { $0 }.max())
        }
        let still = next.keys.filter { before[$0] != nil && before[$0] == reached[$0] }
        suspectedSince = suspectedSince.filter { still.contains($0.key) }
        return still
    }

    /// Compares with the broker.
    ///
    /// - Parameters:
    ///   - ends: those that the broker has told; without one, a partition is above suspicion.
    ///   - now: the time since a moment that is always the same.
    /// - Returns: a partition that stands still.
    mutating func judge(_ ends: [TopicPartition: Int64], at now: Duration) -> Finding? {
        var since: [TopicPartition: Duration] = [:]
        defer { suspectedSince = since }
        for (partition, end) in ends {
            // A partition of which nothing has come, not even its end, is not read, also if it is empty.
            guard let reached = reached[partition], reached.map({ $0 < end }) ?? true else { continue }
            let beginning = suspectedSince[partition] ?? now
            if now - beginning >= patience { return Finding(partition: partition, reached: reached, end: end) }
            since[partition] = beginning
        }
        return nil
    }

    /// Other sources read these partitions now.
    mutating func leave(_ partitions: Set<TopicPartition>) {
        for partition in partitions {
            ends[partition] = nil
            reached[partition] = nil
            suspectedSince[partition] = nil
        }
    }

    /// Begins anew, because the reader itself has stood still.
    mutating func excuse() { (reached, suspectedSince) = ([:], [:]) }
}
