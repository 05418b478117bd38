import SkeinTransport

/// How far one reader of a ``MemoryBroker`` has got in one topic, and which sources have its partitions.
struct MemoryReading: Sendable {
    /// Names a reading.
    struct Key: Sendable, Hashable {
        var topic: String
        var reader: String
    }

    /// How far the reader has got in one partition, and what its owner has in hand.
    struct Partition: Sendable {
        /// All below has been acknowledged.
        private(set) var next: Int64
        /// What has been acknowledged from ``next`` on.
        private(set) var above: Set<Int64> = []
        /// What some source of the reader has received and none has acknowledged.
        var handedOut: Set<Int64> = []
        /// The source that takes the partition.
        private(set) var owner: Int?
        /// The lowest offset that the owner may get.
        private(set) var floor: Int64 = 0
        /// What the owner gets for the first time is here or above.
        private(set) var cursor: Int64 = 0
        /// What the owner has got from ``cursor`` on.
        private(set) var early: Set<Int64> = []
        /// What comes again to the owner.
        var again: Set<Int64> = []

        init(next: Int64) { self.next = next }

        func isAcknowledged(_ offset: Int64) -> Bool { offset < next || above.contains(offset) }

        mutating func acknowledge(_ offset: Int64) {
            handedOut.remove(offset)
            again.remove(offset)
            guard offset >= next else { return }
            above.insert(offset)
            while above.remove(next) != nil { next += 1 }
        }

        /// Moves the reader to a place, whatever it has acknowledged before.
        mutating func move(to place: Int64) {
            (next, above) = (place, [])
            handedOut = handedOut.filter { $0 >= place }
        }

        /// Gives the partition to a source, which begins with what has not been acknowledged.
        mutating func assign(to source: Int?) {
            (owner, floor, cursor, early, again) = (source, next, next, [], [])
        }

        /// Notes that the owner gets a message.
        mutating func handOut(_ offset: Int64) {
            again.remove(offset)
            if !isAcknowledged(offset) { handedOut.insert(offset) }
            guard offset >= cursor else { return }
            early.insert(offset)
            while early.remove(cursor) != nil || above.contains(cursor) { cursor += 1 }
        }

        /// What the owner may get next, of what is stored and has not come to it: first what comes again, then the
        /// rest, each in order; at most `limit`, and only the first of each key.
        func candidates(in stored: MemoryTopic.Partition, limit: Int) -> [Int64] {
            var result: [Int64] = []
            var keys: Set<String> = []
            func add(_ offset: Int64) {
                if keys.insert(stored[offset].key).inserted { result.append(offset) }
            }
            for offset in again.sorted() where offset >= stored.first && result.count < limit { add(offset) }
            var (offset, seen) = (max(cursor, stored.first), 0)
            while offset < stored.end, result.count < limit, seen < 8 * limit {
                if !early.contains(offset), !isAcknowledged(offset) {
                    add(offset)
                    seen += 1
                }
                offset += 1
            }
            return result
        }

        /// How many messages the owner has not got.
        func backlog(in stored: MemoryTopic.Partition) -> Int {
            let from = max(cursor, stored.first)
            guard stored.end > from else { return again.count }
            return again.count + Int(stored.end - from) - early.count
                - above.count(where: { $0 >= from && !early.contains($0) })
        }
    }

    var partitions: [Partition]
    /// The sources that are open, and how the partitions are divided among them.
    var members: [Int] = []
    /// Whether it outlives its last source.
    var isDurable: Bool
    /// Moves the partitions on to other members.
    var rotation = 0
}
