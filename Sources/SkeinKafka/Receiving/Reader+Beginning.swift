#if Kafka
import CRdKafka
import SkeinMessages
import SkeinTransport

/// Where a reader begins.
extension Reader {
    private typealias Offsets = [TopicPartition: Int64]

    func begin(until deadline: ContinuousClock.Instant) throws(ClientTrouble) {
        let partitions = try partitions(until: deadline)
        // Places that the runtime keeps are newer than Kafka's, which follow with a delay; in a group they belong to
        // whoever had the partitions last.
        let own = plan.member == nil ? places : [:]
        var committed: Offsets = [:]
        if plan.keepsPlaces { committed = try self.committed(partitions, until: deadline) }
        let known = own.merging(committed, uniquingKeysWith: { own, _ in own })
        var starts = try beginnings(of: partitions, known: known, until: deadline)
        if plan.keepsPlaces, !starts.isEmpty {
            committed.merge(try keep(starts, until: deadline), uniquingKeysWith: { $1 })
        }
        guard plan.member == nil else { return try subscribe() }
        for partition in partitions { if let place = known[partition] { starts[partition] = place } }
        try assign(starts, committed: committed)
    }

    private func partitions(until deadline: ContinuousClock.Instant) throws(ClientTrouble) -> [TopicPartition] {
        var result: [TopicPartition] = []
        for topic in plan.subscriptions.keys.sorted() {
            do throws(ClientTrouble) {
                let count = try client.prepareTopic(topic, until: deadline)
                result += (0..<count).map { TopicPartition(topic, $0) }
            } catch {
                throw ClientTrouble(error.code, "the topic '\(topic)': \(error.reason)")
            }
        }
        return result
    }

    private func committed(
        _ partitions: [TopicPartition], until deadline: ContinuousClock.Instant
    ) throws(ClientTrouble) -> Offsets {
        guard let list = PartitionList(partitions.map { ($0, Int64(RD_KAFKA_OFFSET_INVALID)) }) else { return [:] }
        let left = max(KafkaClient.milliseconds(until: deadline), 1)
        try ClientTrouble.check(rd_kafka_committed(client.handle, list.pointer, left))
        var result: Offsets = [:]
        for entry in list.entries {
            try ClientTrouble.check(entry.code)
            if entry.offset >= 0 { result[entry.partition] = entry.offset }
        }
        return result
    }

    /// The offsets at which partitions begin that have no place. A reader that has a place elsewhere in the topic has
    /// been there before the partition.
    private func beginnings(
        of partitions: [TopicPartition], known: Offsets, until deadline: ContinuousClock.Instant
    ) throws(ClientTrouble) -> Offsets {
        let read = Set(known.keys.map(\.topic))
        let questions = partitions.filter { known[$0] == nil }.map { partition in
            let beginning = read.contains(partition.topic) ? .beginning : plan.subscriptions[partition.topic]?.beginning
            let question: Int64 =
                switch beginning {
                case .beginning: Int64(RD_KAFKA_OFFSET_BEGINNING)
                case .time(let time): max(0, time.microseconds / 1_000 + (time.microseconds % 1_000 > 0 ? 1 : 0))
                case .now, nil: Int64(RD_KAFKA_OFFSET_END)
                }
            return (partition, question)
        }
        return try answers(questions, until: deadline)
    }

    /// Asks for the first offset of a time each, or for the ends.
    private func answers(
        _ questions: [(TopicPartition, Int64)], until deadline: ContinuousClock.Instant
    ) throws(ClientTrouble) -> Offsets {
        guard !questions.isEmpty, let list = PartitionList(questions) else { return [:] }
        let left = max(KafkaClient.milliseconds(until: deadline), 1)
        try ClientTrouble.check(rd_kafka_offsets_for_times(client.handle, list.pointer, left))
        var result: Offsets = [:]
        var late: [(TopicPartition, Int64)] = []
        for entry in list.entries {
            try ClientTrouble.check(entry.code)
            if entry.offset >= 0 {
                result[entry.partition] = entry.offset
            } else {
                // No message is as young as the time that was asked for.
                late.append((entry.partition, Int64(RD_KAFKA_OFFSET_END)))
            }
        }
        let isEnd = questions.allSatisfy { $0.1 == Int64(RD_KAFKA_OFFSET_END) }
        guard !late.isEmpty, !isEnd else { return result }
        result.merge(try answers(late, until: deadline), uniquingKeysWith: { $1 })
        return result
    }

    /// Lets Kafka keep where a new reader begins, so that it gets later what comes while it is off.
    ///
    /// - Returns: what Kafka keeps.
    private func keep(_ starts: Offsets, until deadline: ContinuousClock.Instant) throws(ClientTrouble) -> Offsets {
        guard let list = PartitionList(starts.map { ($0, $1) }) else { return [:] }
        let code = rd_kafka_commit(client.handle, list.pointer, 0)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { return starts }
        // While a group has members, only they can commit. One of them has committed where it began.
        let others = [RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION]
        guard plan.member != nil, others.contains(code) else { throw ClientTrouble(code) }
        return try committed(Array(starts.keys), until: deadline)
    }

    private func subscribe() throws(ClientTrouble) {
        guard let list = PartitionList(plan.subscriptions.keys.sorted().map { (TopicPartition($0, -1), 0) }) else {
            return
        }
        try ClientTrouble.check(rd_kafka_subscribe(client.handle, list.pointer))
        membership = .waiting
    }

    private func assign(_ starts: [TopicPartition: Int64], committed: [TopicPartition: Int64]) throws(ClientTrouble) {
        guard !starts.isEmpty, let list = PartitionList(starts.map { ($0, $1) }) else { return }
        try ClientTrouble.check(rd_kafka_incremental_assign(client.handle, list.pointer))
        for (partition, start) in starts {
            progress[partition] = PartitionProgress(start: start, committed: committed[partition])
        }
    }

    /// Looks for partitions that were added to the topics. They are read from their first message, because all of them
    /// came after the reader.
    func discover() {
        discoverAt = ContinuousClock.now + client.configuration.partitionDiscovery
        let deadline = ContinuousClock.now + .seconds(1)
        do throws(ClientTrouble) {
            let new = try partitions(until: deadline).filter { progress[$0] == nil }
            guard !new.isEmpty else { return }
            let starts = try answers(new.map { ($0, Int64(RD_KAFKA_OFFSET_BEGINNING)) }, until: deadline)
            try assign(starts, committed: [:])
            pauseNew()
        } catch {
            report(error)
        }
    }
}
#endif
