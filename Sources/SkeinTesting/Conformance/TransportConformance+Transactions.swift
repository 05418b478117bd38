import SkeinMessages
import SkeinTransport

// Point 7: transactions.
extension TransportConformance {
    static let transactionChecks: [Check] = [
        Check(7, "a transaction makes its messages visible, and its place with them", needs: [.transactions]) { probe in
            let source = try await probe.source()
            let first = try await probe.sender(transactionalID: probe.component)
            try await expectPlace(nil, of: first, in: probe)
            let ids = (1...10).map { "\($0)" }
            try await probe.send(ids.map { probe.message($0, key: $0) }, place: "place 1 \u{1F426}", by: first)
            try await expectPlace("place 1 \u{1F426}", of: first, in: probe)
            _ = try await source.ids(through: ids)
            try await probe.send([probe.message("11")], place: "place 2", by: first)
            try await probe.close(first)
            let second = try await probe.sender(transactionalID: probe.component)
            try await expectPlace("place 2", of: second, in: probe)
            let other = try await probe.sender(transactionalID: probe.component + "-other")
            try await expectPlace(nil, of: other, in: probe)
            _ = try await source.ids(through: ["11"])
        },
        Check(7, "a place of 4,000 bytes is kept", needs: [.transactions]) { probe in
            let place = String(repeating: "é", count: 2000)
            let first = try await probe.sender(transactionalID: probe.component)
            try await probe.send([probe.message("1")], place: place, by: first)
            try await probe.close(first)
            try await expectPlace(place, of: try await probe.sender(transactionalID: probe.component), in: probe)
        },
        Check(7, "a transaction with a refused message does not take place", needs: [.transactions]) { probe in
            let large = try probe.oversized("large", key: "b")
            let source = try await probe.source()
            let sender = try await probe.sender(transactionalID: probe.component)
            try await probe.send([probe.message("1", key: "a")], place: "before", by: sender)
            let outcomes = try await probe.outcomes(
                of: [probe.message("2", key: "a"), large, probe.message("3", key: "c")], place: "after", by: sender)
            try expect(!outcomes.contains(where: \.isAcknowledged), "no message of the transaction to be acknowledged")
            let next = try await probe.sender(transactionalID: probe.component)
            try await expectPlace("before", of: next, in: probe)
            try await probe.send([probe.message("4", key: "a"), probe.message("5", key: "c")], by: next)
            let ids = try await source.ids(through: ["1", "4", "5"])
            try expectEqual(Set(ids), ["1", "4", "5"], "what became visible")
        },
        Check(7, "a second sender with the same id fences the first", needs: [.transactions]) { probe in
            let source = try await probe.source()
            let first = try await probe.sender(transactionalID: probe.component)
            try await probe.send([probe.message("1")], place: "first", by: first)
            let second = try await probe.sender(transactionalID: probe.component)
            do {
                let outcomes = try await probe.outcomes(of: [probe.message("2")], place: "fenced", by: first)
                guard case .failed(let error) = outcomes[0], error.code == .fenced else {
                    throw ConformanceFailure(description: "expected the first sender to be fenced, not \(outcomes[0])")
                }
            } catch let error as TransportError {
                try expectEqual(error.code, .fenced, "the code of the error of the first sender")
            }
            try await expectPlace("first", of: second, in: probe)
            try await probe.send([probe.message("3")], place: "second", by: second)
            let ids = try await source.ids(through: ["1", "3"])
            try expectEqual(ids, ["1", "3"], "what became visible")
        },
        Check(7, "a sender without a transactional id has no place", needs: [.transactions]) { probe in
            let sender = try await probe.sender()
            try await probe.send([probe.message("1")], by: sender)
            try await expectPlace(nil, of: sender, in: probe)
        },
    ]

    private static func expectPlace(
        _ place: String?, of sender: any TransportSender, in probe: TransportProbe
    ) async throws {
        let found = try await probe.wait(for: "the place of a sender") { try await sender.committedPlace() }
        try expectEqual(found, place, "the place of the newest transaction")
    }
}
