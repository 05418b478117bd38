#if Kafka
import CRdKafka
import SkeinTransport

/// What Kafka keeps of a reader's places, and what happens when a group divides its partitions anew.
extension Reader {
    /// Tells Kafka what is acknowledged.
    ///
    /// - Parameter isWaiting: whether to wait for the answer.
    /// - Returns: whether trying again soon would help: the group is just dividing its partitions.
    @discardableResult
    func commit(isWaiting: Bool, of partitions: Set<TopicPartition>? = nil) -> Bool {
        guard plan.keepsPlaces else { return false }
        // One after the other, so that a repeated one cannot overtake a later one.
        guard isWaiting || !isCommitting else { return false }
        let places = progress.compactMap { partition, progress -> (TopicPartition, Int64)? in
            guard partitions?.contains(partition) != false else { return nil }
            return progress.uncommitted.map { (partition, $0) }
        }
        guard !places.isEmpty, let list = PartitionList(places) else { return false }
        let code = rd_kafka_commit(client.handle, list.pointer, isWaiting ? 0 : 1)
        // Counts as committed before the answer, so that the same place is not sent again; a failure undoes that.
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS }
        if !isWaiting { isCommitting = true }
        for (partition, place) in places { progress[partition]?.markCommitted(place) }
        return false
    }

    /// The answer to a commit that was not waited for.
    func committed(_ code: rd_kafka_resp_err_t, _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) {
        isCommitting = false
        for entry in PartitionList.entries(of: list) {
            let isKept = code == RD_KAFKA_RESP_ERR_NO_ERROR && entry.code == RD_KAFKA_RESP_ERR_NO_ERROR
            if !isKept { progress[entry.partition]?.markCommitted(nil) }
        }
    }

    func rebalance(_ code: rd_kafka_resp_err_t, _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) {
        switch code {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            membership = .admitted
            // Without an offset in the list, librdkafka goes on at what the group has committed; what has no place is
            // a new partition, and begins at its first message.
            check(rd_kafka_incremental_assign(client.handle, list))
            pauseNew()
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            let partitions = Set(PartitionList.entries(of: list).map(\.partition))
            let isLost = rd_kafka_assignment_lost(client.handle) != 0
            release(partitions, finishes: !isLost)
            check(rd_kafka_incremental_unassign(client.handle, list))
        default:
            release(Set(progress.keys), finishes: false)
            watch = StandstillWatch(patience: client.configuration.standstillPatience)
            rd_kafka_assign(client.handle, nil)
        }
    }

    private func check(_ error: OpaquePointer?) { if let error { report(ClientTrouble(error)) } }

    /// Gives partitions away: waits for what is in hand, within bounds, and commits.
    private func release(_ partitions: Set<TopicPartition>, finishes: Bool) {
        let dropped = hub.drop(partitions)
        for partition in partitions { progress[partition]?.drop { dropped.contains($0) } }
        if finishes {
            let deadline = ContinuousClock.now + client.configuration.revocationPatience
            while !thread.isEnding, ContinuousClock.now < deadline,
                partitions.contains(where: { progress[$0]?.isIdle == false })
            {
                thread.awaitJobs(milliseconds: 20)
                thread.runJobs()
            }
            while commit(isWaiting: true, of: partitions), !thread.isEnding, ContinuousClock.now < deadline {
                thread.awaitJobs(milliseconds: 20)
            }
        }
        for partition in partitions { progress[partition] = nil }
        watch.leave(partitions)
    }
}
#endif
