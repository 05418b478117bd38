import SkeinMessages
import SkeinTransport

// Points 8 and 14: delivery until it is acknowledged, and the end of connections.
extension TransportConformance {
    static let deliveryChecks: [Check] = [
        Check(8, "what is not acknowledged comes to the next source of the reader", needs: [.durableReaders]) { probe in
            let source = try await probe.source()
            let sender = try await probe.sender()
            try await probe.send(["1", "2", "3", "4", "5"], by: sender)
            let received = try await source.receive(through: ["1", "2", "3", "4", "5"], acknowledging: false)
            try await source.acknowledge(received.filter { ["1", "2"].contains(probe.id(of: $0)) })
            try await source.close()
            let ids = try await probe.source().ids(through: ["3", "4", "5"])
            try expectEqual(ids, ["3", "4", "5"], "what came again")
        },
        Check(8, "what is acknowledged does not come again", needs: [.durableReaders]) { probe in
            let source = try await probe.source()
            let sender = try await probe.sender()
            let ids = (1...10).map { "\($0)" }
            try await probe.send(ids.map { probe.message($0, key: "\($0.count)") }, by: sender)
            _ = try await source.receive(through: ids)
            try await source.close()
            try await probe.send(["a"], key: "1", by: sender)
            try await probe.send(["b"], key: "2", by: sender)
            let later = try await probe.source().ids(through: ["a", "b"])
            try expectEqual(Set(later), ["a", "b"], "what came after everything was acknowledged")
        },
        Check(8, "messages that were acknowledged out of order do not take others along", needs: [.durableReaders]) {
            probe in
            let source = try await probe.source()
            try await probe.send(["1", "2", "3", "4", "5"], by: try await probe.sender())
            let received = try await source.receive(through: ["1", "2", "3", "4", "5"], acknowledging: false)
            for id in ["5", "3", "1"] {
                try await source.acknowledge(received.filter { probe.id(of: $0) == id })
            }
            try await source.close()
            let ids = try await probe.source().ids(through: ["2", "4"])
            try expectEqual(ids.filter { ["2", "4"].contains($0) }, ["2", "4"], "what was not acknowledged")
        },
        Check(8, "a cancelled receive loses nothing") { probe in
            let source = try await probe.source()
            do {
                let messages = try await cancelledReceive(source)
                throw ConformanceFailure(description: "received \(messages.count) messages that nobody has sent")
            } catch is CancellationError {}
            let sender = try await probe.sender()
            var received: [InboundMessage] = []
            for number in 1...20 {
                async let sent: Void = probe.send(["\(number)"], by: sender)
                do {
                    let messages = try await cancelledReceive(source)
                    received += messages
                    try await source.acknowledge(messages)
                } catch is CancellationError {}
                try await sent
            }
            try await probe.send(["21"], by: sender)
            let missing = Set((1...21).map { "\($0)" }).subtracting(probe.distinctIDs(of: received))
            _ = try await source.ids(through: missing.sorted())
        },
        Check(8, "what is handed back comes again", needs: [.negativeAcknowledgement]) { probe in
            let source = try await probe.source()
            try await probe.send(["1", "2", "3"], by: try await probe.sender())
            let received = try await source.receive(through: ["1", "2", "3"], acknowledging: false)
            try await source.acknowledge(received.filter { probe.id(of: $0) != "2" })
            var returned = received.filter { probe.id(of: $0) == "2" }
            for _ in 1...3 {
                try await source.release(returned)
                returned = try await source.receive(through: ["2"], acknowledging: false)
                try expectEqual(probe.distinctIDs(of: returned), ["2"], "what came again")
            }
            try await source.acknowledge(returned)
            try await source.close()
        },
        Check(8, "what is not acknowledged survives the death of the broker", needs: [.durableReaders]) { probe in
            let restartBroker = try LeftOut.unless(probe.adapter.restartBroker, "restartBroker")
            let source = try await probe.source()
            try await probe.send(["1", "2"], by: try await probe.sender())
            let received = try await source.receive(through: ["1", "2"], acknowledging: false)
            try expect(received.count >= 2, "two messages")
            try await probe.wait(for: "the broker to come back", restartBroker)
            try await source.close()
            _ = try await probe.source().ids(through: ["1", "2"])
        },
        Check(14, "a waiting receive ends when its source is closed") { probe in
            let source = try await probe.source()
            try await expectTransportError(.closed, from: "a receive of a closed source") {
                async let received = source.receive()
                await Task.yield()
                try await source.close()
                _ = try await received
            }
        },
        Check(14, "closing twice does no harm, and a later receive throws") { probe in
            let source = try await probe.source()
            try await source.close()
            try await source.close()
            try await expectTransportError(.closed, from: "a receive after close") { _ = try await source.receive() }
            let sender = try await probe.sender()
            try await probe.send(["1"], by: sender)
            try await probe.close(sender)
            try await probe.close(sender)
        },
    ]

    /// What a receive gives that is cancelled at about the time at which it begins.
    private static func cancelledReceive(_ source: ProbedSource) async throws -> [InboundMessage] {
        try await source.probe.wait(for: "a cancelled receive to end") {
            try await withThrowingTaskGroup(of: [InboundMessage].self) { group in
                group.addTask { try await source.source.receive(limit: 5) }
                await Task.yield()
                group.cancelAll()
                return try await group.next() ?? []
            }
        }
    }
}
