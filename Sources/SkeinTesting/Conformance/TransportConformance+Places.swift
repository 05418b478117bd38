import SkeinMessages
import SkeinTransport

// Points 12 and 13: where a source begins.
extension TransportConformance {
    static let placeChecks: [Check] = [
        Check(12, "messages of one key have rising offsets in one partition", needs: [.positions]) { probe in
            let source = try await probe.source()
            let ids = (1...20).map { "\($0)" }
            try await probe.send(ids, by: try await probe.sender())
            let origins = firstOrigins(of: try await source.receive(through: ids), probe)
            try expectEqual(Set(origins.map { "\($0.topic)/\($0.partition)" }).count, 1, "the number of partitions")
            let offsets = origins.compactMap(\.offset)
            try expectEqual(offsets.count, ids.count, "the number of offsets")
            try expect(zip(offsets, offsets.dropFirst()).allSatisfy(<), "rising offsets, not \(offsets)")
            try expect(offsets.allSatisfy { $0 >= 0 }, "offsets of 0 or more, not \(offsets)")
        },
        Check(12, "a source goes on at its places, also below what was acknowledged", needs: [.positions]) { probe in
            try await checkPlaces(probe, reader: probe.process(), beginning: .now)
        },
        Check(
            12, "a new reader with places gets nothing below them", needs: [.positions, .replayFromBeginning]
        ) { probe in
            try await checkPlaces(probe, reader: probe.process("new"), beginning: .beginning)
        },
        Check(13, "a reader that begins now gets nothing older, and all that follows") { probe in
            let sender = try await probe.sender()
            try await probe.send((1...20).map { probe.message("old-\($0)", key: "\($0)") }, by: sender)
            let source = try await probe.source(from: .now)
            let ids = (1...20).map { "\($0)" }
            try await probe.send(ids.map { probe.message($0, key: $0) }, by: sender)
            let received = try await source.ids(through: ids)
            try expectEqual(Set(received), Set(ids), "what a reader received that began now")
        },
        Check(13, "a reader can begin with the oldest message", needs: [.replayFromBeginning]) { probe in
            let sender = try await probe.sender()
            let ids = (1...20).map { "\($0)" }
            try await probe.send(ids.map { probe.message($0, key: $0) }, by: sender)
            _ = try await probe.source(from: .beginning).receive(through: ids)
            let second = try await probe.source(from: .beginning, process: probe.process("second"))
            try await probe.send(["21"], by: sender)
            _ = try await second.receive(through: ids + ["21"])
        },
        Check(
            13, "a reader that has read before goes on, whatever its beginning",
            needs: [.replayFromBeginning, .durableReaders]
        ) { probe in
            let sender = try await probe.sender()
            try await probe.send(["1", "2", "3"], by: sender)
            let first = try await probe.source(from: .beginning)
            _ = try await first.receive(through: ["1", "2", "3"])
            try await first.close()
            try await probe.send(["4"], by: sender)
            let ids = try await probe.source(from: .beginning).ids(through: ["4"])
            try expectEqual(ids, ["4"], "what a reader received that had read the rest")
        },
        Check(13, "a reader can begin with a time", needs: [.replayFromTime]) { probe in
            let sender = try await probe.sender()
            try await probe.send((1...20).map { probe.message("old-\($0)", key: "\($0)") }, by: sender)
            let time = try await probe.wait(for: "time to pass", probe.adapter.timeBetween)
            let ids = (1...20).map { "\($0)" }
            try await probe.send(ids.map { probe.message($0, key: $0) }, by: sender)
            let received = try await probe.source(from: .time(time)).ids(through: ids)
            try expectEqual(Set(received), Set(ids), "what a reader received that began at a time")
            let early = try await probe.source(
                from: .time(Timestamp(microseconds: 1_000_000)), process: probe.process("early"))
            _ = try await early.receive(through: ids + (1...20).map { "old-\($0)" })
        },
    ]

    /// Sends messages of many keys, and opens a source at the middle of one partition and at the end of the others.
    private static func checkPlaces(_ probe: TransportProbe, reader: String, beginning: SourceBeginning) async throws {
        let source = try await probe.source()
        let sender = try await probe.sender()
        let ids = (0..<40).map { "\($0)" }
        try await probe.send(ids.map { probe.message($0, key: "\($0.count)-\($0.suffix(1))") }, by: sender)
        let received = try await source.receive(through: ids)
        try await source.close()
        var (seen, originals) = (Set<String>(), [(id: String, origin: BrokerPosition)]())
        for message in received {
            guard let id = probe.id(of: message), seen.insert(id).inserted else { continue }
            originals.append((id, message.origin))
        }
        let partitions = Dictionary(grouping: originals) { $0.origin.partition }
        guard let largest = partitions.max(by: { ($0.value.count, $0.key) < ($1.value.count, $1.key) })?.key else {
            throw ConformanceFailure(description: "expected messages with partitions")
        }
        var places: [SourcePlace] = []
        var expected: Set<String> = []
        for (partition, messages) in partitions {
            let offsets = messages.compactMap(\.origin.offset).sorted()
            guard offsets.count == messages.count, let last = offsets.last else {
                throw ConformanceFailure(description: "expected an offset for each message")
            }
            let next = partition == largest ? offsets[offsets.count / 2] : last + 1
            places.append(SourcePlace(topic: messages[0].origin.topic, partition: partition, next: next))
            expected.formUnion(messages.filter { $0.origin.offset.map { $0 >= next } ?? false }.map(\.id))
        }
        let next = try await probe.source(from: beginning, process: reader, places: places)
        // One more message behind each that must not come, so that it would have come before.
        let later = (40..<80).map { "\($0)" }
        try await probe.send(later.map { probe.message($0, key: "\($0.count)-\($0.suffix(1))") }, by: sender)
        let found = try await next.ids(through: expected.union(later).sorted())
        try expectEqual(Set(found), expected.union(later), "what came from the places on")
    }

    /// Where messages were when they first came.
    private static func firstOrigins(of messages: [InboundMessage], _ probe: TransportProbe) -> [BrokerPosition] {
        var seen: Set<String> = []
        return messages.filter { probe.id(of: $0).map { seen.insert($0).inserted } ?? false }.map(\.origin)
    }
}
