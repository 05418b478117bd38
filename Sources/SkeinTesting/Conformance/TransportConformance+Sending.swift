import SkeinMessages
import SkeinTransport
import Synchronization

// Points 1, 3, 5 and 6: what a sender says of its messages.
extension TransportConformance {
    static let sendingChecks: [Check] = [
        Check(1, "each message of a batch has an outcome") { probe in
            let sender = try await probe.sender()
            for count in [1, 2, 300] {
                try await probe.send((1...count).map { probe.message("\(count)-\($0)", key: "\($0 % 7)") }, by: sender)
            }
        },
        Check(1, "outcomes have the order of the batch") { probe in
            let large = try probe.oversized("large", key: "refused")
            let sender = try await probe.sender()
            let around = ["a", "b", "c"].map { probe.message($0, key: $0) }
            let outcomes = try await probe.outcomes(of: [around[0], large, around[1], around[2]], by: sender)
            try expectEqual(outcomes.map(\.isAcknowledged), [true, false, true, true], "which were acknowledged")
        },
        Check(3, "what is acknowledged reaches a reader, however firmly it was asked for") { probe in
            let acknowledgements = probe.transport.features.acknowledgements
            try expect(!acknowledgements.isEmpty, "at least one acknowledgement among the features")
            let source = try await probe.source()
            for acknowledgement in acknowledgements.sorted(by: { $0.rawValue < $1.rawValue }) {
                let sender = try await probe.sender(acknowledgement)
                try await probe.send([acknowledgement.rawValue], by: sender)
                _ = try await source.ids(through: [acknowledgement.rawValue])
            }
        },
        Check(3, "what is acknowledged survives the death of the broker", needs: [.durableReaders]) { probe in
            let restartBroker = try LeftOut.unless(probe.adapter.restartBroker, "restartBroker")
            try await probe.source().close()
            let sender = try await probe.sender()
            let ids = (1...20).map { "\($0)" }
            try await probe.send(ids.map { probe.message($0, key: "\($0.count)") }, by: sender)
            try await probe.wait(for: "the broker to come back", restartBroker)
            _ = try await probe.source().ids(through: ids)
        },
        Check(5, "a message that is too large is refused, and the others go on") { probe in
            let large = try probe.oversized("large", key: "a")
            let source = try await probe.source()
            let sender = try await probe.sender()
            let outcomes = try await probe.outcomes(
                of: [probe.message("1", key: "b"), large, probe.message("2", key: "b")], by: sender)
            guard case .refused(let error) = outcomes[1] else {
                throw ConformanceFailure(description: "expected a refusal of the large message, not \(outcomes[1])")
            }
            try expectEqual(error.code, .tooLarge, "the code of the refusal")
            try expect(!error.message.isEmpty, "a reason in the refusal")
            try expect(outcomes[0].isAcknowledged && outcomes[2].isAcknowledged, "the others to be acknowledged")
            try await probe.send(["3"], key: "a", by: sender)
            let ids = try await source.ids(through: ["1", "2", "3"])
            try expectEqual(Set(ids), ["1", "2", "3"], "what was received")
        },
        Check(6, "without the broker a send fails, and so does a new connection") { probe in
            let withoutBroker = try LeftOut.unless(probe.adapter.withoutBroker, "withoutBroker")
            let sender = try await probe.sender(timeout: .seconds(2))
            try await probe.send(["1"], by: sender)
            try await withoutBroker {
                do {
                    let outcomes = try await probe.outcomes(of: [probe.message("2")], by: sender)
                    guard case .failed = outcomes[0] else {
                        throw ConformanceFailure(description: "sent without a broker: \(outcomes[0])")
                    }
                } catch let error as TransportError {
                    try expect(error.isTransient, "a transient error, not \(error.code): \(error)")
                }
                try await expectTransportError(.disconnected, .timeout, .broker, from: "opening a sender") {
                    _ = try await probe.sender(timeout: .seconds(2))
                }
                try await expectTransportError(.disconnected, .timeout, .broker, from: "opening a source") {
                    _ = try await probe.source()
                }
            }
            let next = try await probe.sender()
            try await probe.send(["3"], by: next)
        },
        Check(6, "a sender without work tells of its loss, or sends when the broker is back") { probe in
            let withoutBroker = try LeftOut.unless(probe.adapter.withoutBroker, "withoutBroker")
            let sender = try await probe.sender()
            try await probe.send(["1"], by: sender)
            let loss = Mutex<TransportError?>(nil)
            sender.whenLost { error in loss.withLock { $0 = error } }
            try await withoutBroker {}
            let isUsable = try await probe.wait(for: "the sender to tell of its loss, or to send") {
                while loss.withLock({ $0 }) == nil {
                    // A loss that is only being noticed makes this fail.
                    let outcomes = try? await sender.send(OutboundBatch([probe.message("2")]))
                    if case .acknowledged? = outcomes?.first { return true }
                    try await Task.sleep(for: .milliseconds(10))
                }
                return false
            }
            if !isUsable { try await probe.send(["3"], by: try await probe.sender()) }
            if let loss = loss.withLock({ $0 }) {
                try expect(loss.isTransient, "a transient error, not \(loss.code): \(loss)")
            }
        },
    ]
}
