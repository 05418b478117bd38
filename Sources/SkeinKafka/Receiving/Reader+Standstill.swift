#if Kafka
import CRdKafka
import SkeinTransport

/// Finds partitions that librdkafka does not fetch any more, and ends the source. When leaders move to and fro quickly,
/// versions up to 2.0.2 at least can go on asking a broker that does not lead the partition; only a new client asks the
/// right one.
extension Reader {
    /// Called when nothing is left of what librdkafka has fetched.
    func lookForStandstill(at now: ContinuousClock.Instant) {
        watchAt = now + client.configuration.standstillPatience / 2
        let partitions = assignment()
        let still = watch.check(
            Dictionary(partitions.map { ($0, progress[$0]?.next) }, uniquingKeysWith: { $1 }))
        guard let finding = watch.judge(ends(of: still), at: began.duration(to: now)) else { return }
        commit(isWaiting: true)
        let place = finding.reached.map { "offset \($0)" } ?? "the place where reading began"
        fail(
            TransportError(
                .broker,
                "cannot go on reading \(finding.partition.topic) [\(finding.partition.partition)] as '\(plan.group)' "
                    + "at \(client.configuration.address): nothing has come from \(place) for "
                    + "\(client.configuration.standstillPatience), though the broker has messages up to offset "
                    + "\(finding.end); another source goes on, and if this comes again, look whether the leader of "
                    + "the partition answers"))
    }

    /// The ends of partitions for this reader, which stop below a transaction that is open. Without an answer of all
    /// leaders there is none: while leaders are missing, nothing is to be expected.
    private func ends(of partitions: [TopicPartition]) -> [TopicPartition: Int64] {
        guard !partitions.isEmpty, let list = PartitionList(partitions.map { ($0, Int64(RD_KAFKA_OFFSET_END)) }),
            rd_kafka_offsets_for_times(client.handle, list.pointer, 1_000) == RD_KAFKA_RESP_ERR_NO_ERROR
        else { return [:] }
        var ends: [TopicPartition: Int64] = [:]
        for entry in list.entries where entry.code == RD_KAFKA_RESP_ERR_NO_ERROR && entry.offset >= 0 {
            ends[entry.partition] = entry.offset
        }
        return ends
    }

    private func assignment() -> [TopicPartition] {
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        guard rd_kafka_assignment(client.handle, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        return PartitionList.entries(of: list).map(\.partition)
    }
}
#endif
