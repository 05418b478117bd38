import SkeinMessages
import SkeinTransport
import Synchronization

// Point 9: readers, and sources that share one.
extension TransportConformance {
    static let readerChecks: [Check] = [
        Check(9, "each reader gets each event") { probe in
            var sources: [ProbedSource] = []
            for name in ["1", "2", "3"] { sources.append(try await probe.source(process: probe.process(name))) }
            let ids = (1...20).map { "\($0)" }
            try await probe.send(ids.map { probe.message($0, key: $0) }, by: try await probe.sender())
            for source in sources { _ = try await source.receive(through: ids) }
        },
        Check(9, "a reader that is off gets later what came meanwhile", needs: [.durableReaders]) { probe in
            try await probe.source().close()
            let sender = try await probe.sender()
            let ids = (1...20).map { "\($0)" }
            try await probe.send(ids.map { probe.message($0, key: $0) }, by: sender)
            let source = try await probe.source()
            _ = try await source.receive(through: ids)
            try await source.close()
            try await probe.send(["21", "22"], by: sender)
            let later = try await probe.source().ids(through: ["21", "22"])
            try expectEqual(later, ["21", "22"], "what came while the reader was off")
        },
        Check(9, "commands have one reader, whichever process it is in", needs: [.direct, .durableReaders]) { probe in
            let commands = Destination.commands(to: probe.component)
            let first = try await probe.source(commands, process: probe.process("1"))
            let sender = try await probe.sender()
            try await probe.send([probe.message("1", to: commands), probe.message("2", to: commands)], by: sender)
            let received = try await first.receive(through: ["1", "2"], acknowledging: false)
            try await first.acknowledge(received.filter { probe.id(of: $0) == "1" })
            try await first.close()
            try await probe.send([probe.message("3", to: commands)], by: sender)
            let ids = try await probe.source(commands, process: probe.process("2")).ids(through: ["2", "3"])
            try expectEqual(ids, ["2", "3"], "what the second process received")
        },
        Check(9, "what is sent to one component reaches no other", needs: [.direct]) { probe in
            let other = Destination.commands(to: probe.component + "-other")
            let one = Destination.commands(to: probe.component)
            let sources = [try await probe.source(one), try await probe.source(other, process: probe.process("2"))]
            let sender = try await probe.sender()
            try await probe.send([probe.message("1", to: one), probe.message("2", to: other)], by: sender)
            try await probe.send([probe.message("3", to: one), probe.message("4", to: other)], by: sender)
            try expectEqual(try await sources[0].ids(through: ["1", "3"]), ["1", "3"], "what the component received")
            try expectEqual(try await sources[1].ids(through: ["2", "4"]), ["2", "4"], "what the other one received")
        },
        Check(9, "an answer finds the process that asked", needs: [.direct, .requestReply]) { probe in
            let commands = Destination.commands(to: probe.component)
            let (asking, other) = (probe.process("asks"), probe.process("other"))
            let asker = try await probe.source(.replies(to: asking), process: asking)
            let listener = try await probe.source(.replies(to: other), process: other)
            let owner = try await probe.source(commands)
            let sender = try await probe.sender()
            try await probe.send([probe.message("question", to: commands, replyTo: asking)], by: sender)
            let question = try await owner.receive(through: ["question"])
            guard let address = question.compactMap(\.replyTo).first else {
                throw ConformanceFailure(description: "expected the question to say where the answer goes")
            }
            let answers = [
                probe.message("answer", to: .replies(to: address)), probe.message("other", to: .replies(to: other)),
            ]
            try await probe.send(answers, by: sender)
            try expectEqual(try await asker.ids(through: ["answer"]), ["answer"], "what the asking process received")
            try expectEqual(try await listener.ids(through: ["other"]), ["other"], "what the other process received")
        },
        Check(9, "sources of one reader share its messages, in order of each key", needs: [.sharedReaders]) { probe in
            let group = try await SharedReading(probe)
            for _ in 0..<5 { try await group.round() }
            try await group.sources[0].close()
            let last = group.roundIDs()
            try await probe.send(last.map { probe.message($0.id, key: $0.key) }, by: group.sender)
            group.note(1, try await group.sources[1].receive(through: last.map(\.id)))
            try group.expectShared()
            if probe.transport.features.has(.orderPerKey) { try group.expectOrder() }
        },
        Check(
            9, "a source of a group that ends leaves what it has not acknowledged to the others",
            needs: [.sharedReaders, .durableReaders]
        ) { probe in
            let group = try await SharedReading(probe)
            try await group.round()
            try await group.round(acknowledging: [false, true])
            let ids = group.taken(by: 0, inRound: 1)
            try await group.sources[0].close()
            if !ids.isEmpty { _ = try await group.sources[1].receive(through: ids) }
        },
    ]
}

/// Two sources that share a reader, and what came to which.
private final class SharedReading: Sendable {
    private struct State {
        var rounds = 0
        var arrivals: [(source: Int, id: String)] = []
    }

    let sources: [ProbedSource]
    let sender: any TransportSender
    private let probe: TransportProbe
    private let keys = (0..<16).map { "key-\($0)" }
    private let state = Mutex(State())

    init(_ probe: TransportProbe) async throws {
        self.probe = probe
        sources = [
            try await probe.source(sharing: .group(member: "1")), try await probe.source(sharing: .group(member: "2")),
        ]
        sender = try await probe.sender()
    }

    /// The messages of the next round, one for each key.
    func roundIDs() -> [(id: String, key: String)] {
        let round = state.withLock { state in
            state.rounds += 1
            return state.rounds - 1
        }
        return keys.map { ("\($0)-\(round)", $0) }
    }

    func note(_ source: Int, _ messages: [InboundMessage]) {
        let ids = messages.compactMap(probe.id(of:))
        state.withLock { state in state.arrivals += ids.map { (source, $0) } }
    }

    /// Sends a message of each key, and receives with both sources until all have come to one of them.
    ///
    /// - Parameter acknowledging: which of the sources acknowledge what they get.
    func round(acknowledging: [Bool] = [true, true]) async throws {
        let sent = roundIDs()
        try await probe.send(sent.map { probe.message($0.id, key: $0.key) }, by: sender)
        let expected = Set(sent.map(\.id))
        try await probe.wait(for: "a round of messages to the sources of a group") { [self] in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in sources.indices {
                    group.addTask { [self] in
                        while !expected.isSubset(of: arrivedIDs()) {
                            let messages = try await sources[index].source.receive(limit: 5)
                            note(index, messages)
                            if acknowledging[index] { try await sources[index].source.acknowledge(messages) }
                        }
                    }
                }
                // The other source may wait for messages that do not come to it.
                try await group.next()
                group.cancelAll()
                while let result = await group.nextResult() {
                    if case .failure(let error) = result, !(error is CancellationError) { throw error }
                }
            }
        }
    }

    private func arrivedIDs() -> Set<String> { Set(state.withLock { $0.arrivals.map(\.id) }) }

    private func ids(of source: Int, inRound round: Int) -> Set<String> {
        Set(state.withLock { $0.arrivals.filter { $0.source == source && $0.id.hasSuffix("-\(round)") }.map(\.id) })
    }

    /// What came to a source and to no other one.
    func taken(by source: Int, inRound round: Int) -> [String] {
        ids(of: source, inRound: round).subtracting(ids(of: 1 - source, inRound: round)).sorted()
    }

    /// While the broker divides the work anew, messages may come to both; they must not do so always.
    func expectShared() throws {
        let rounds = state.withLock { $0.rounds }
        let isShared = (0..<rounds - 1).contains { ids(of: 0, inRound: $0).isDisjoint(with: ids(of: 1, inRound: $0)) }
        try expect(isShared, "sources of one reader to share its messages; in each round some came to both")
    }

    func expectOrder() throws {
        let (rounds, all) = state.withLock { ($0.rounds, $0.arrivals.map(\.id)) }
        var seen: Set<String> = []
        let first = all.filter { seen.insert($0).inserted }
        for key in keys {
            try expectEqual(
                first.filter { $0.hasPrefix("\(key)-") }, (0..<rounds).map { "\(key)-\($0)" },
                "the order of the key '\(key)' in a group")
        }
    }
}
