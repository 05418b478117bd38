import SkeinMessages
import SkeinTransport

// Point 2: the order of one destination and subject.
extension TransportConformance {
    static let orderChecks: [Check] = [
        Check(2, "messages of one key reach each reader in the order of sending", needs: [.orderPerKey]) { probe in
            let sources = [try await probe.source(process: probe.process("1")), try await probe.source()]
            let sender = try await probe.sender()
            let keys = ["a", "b", "c", "d", "e"]
            for batch in 0..<6 {
                let messages = (0..<10).flatMap { index in
                    keys.map { probe.message(orderID($0, batch * 10 + index), key: $0) }
                }
                try await probe.send(messages, by: sender)
            }
            let all = keys.flatMap { key in (0..<60).map { orderID(key, $0) } }
            for source in sources {
                let ids = try await source.ids(through: all)
                try expectOrder(ids, keys: keys, count: 60)
            }
        },
        Check(2, "order also holds over two senders, one after the other", needs: [.orderPerKey]) { probe in
            let source = try await probe.source()
            for round in 0..<3 {
                let sender = try await probe.sender()
                try await probe.send((0..<10).map { orderID("a", round * 10 + $0) }, key: "a", by: sender)
                try await probe.close(sender)
            }
            let ids = try await source.ids(through: (0..<30).map { orderID("a", $0) })
            try expectOrder(ids, keys: ["a"], count: 30)
        },
        Check(
            2, "order also holds with a small window, and whatever is acknowledged first", needs: [.orderPerKey]
        ) { probe in
            let source = try await probe.source(window: 4)
            let sender = try await probe.sender()
            let keys = ["a", "b", "c"]
            let messages = (0..<20).flatMap { index in keys.map { probe.message(orderID($0, index), key: $0) } }
            try await probe.send(messages, by: sender)
            var (received, hand) = ([InboundMessage](), [InboundMessage]())
            while probe.distinctIDs(of: received).count < messages.count {
                let next = try await source.receive(limit: 3)
                received += next
                hand += next
                // The newest first, and the oldest only when the window is full.
                while hand.count > 3 { try await source.acknowledge([hand.removeLast()]) }
                try await source.acknowledge([hand.removeFirst()])
            }
            try await source.acknowledge(hand)
            try expectOrder(probe.distinctIDs(of: received), keys: keys, count: 20)
        },
        Check(2, "behind a message that is not acknowledged, none of its key is", needs: [.orderPerKey]) { probe in
            let large = try probe.oversized("large", key: "a")
            let source = try await probe.source()
            let sender = try await probe.sender()
            let batch = [
                probe.message("1", key: "a"), large, probe.message("2", key: "a"), probe.message("3", key: "b"),
                probe.message("4", key: "a"),
            ]
            let outcomes = try await probe.outcomes(of: batch, by: sender)
            try expectEqual(
                outcomes.map(\.isAcknowledged), [true, false, false, true, false], "which were acknowledged")
            for index in [2, 4] {
                guard case .failed = outcomes[index] else {
                    throw ConformanceFailure(
                        description: "what may be sent again must be failed, not \(outcomes[index])")
                }
            }
            try await probe.send([probe.message("2", key: "a"), probe.message("4", key: "a")], by: sender)
            let ids = try await source.ids(through: ["1", "2", "3", "4"])
            try expectEqual(ids.filter { $0 != "3" }, ["1", "2", "4"], "the order of the key")
        },
    ]

    /// The id of the message with a number, counted within its key.
    static func orderID(_ key: String, _ number: Int) -> String { "\(key)-\(number)" }

    static func expectOrder(_ ids: [String], keys: [String], count: Int) throws {
        for key in keys {
            try expectEqual(
                ids.filter { $0.hasPrefix("\(key)-") }, (0..<count).map { orderID(key, $0) },
                "the order of the key '\(key)'")
        }
    }
}
