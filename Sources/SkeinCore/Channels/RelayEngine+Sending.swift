import SkeinActions
import SkeinStorage
import SkeinTransport
internal import Logging

/// Connecting, sending, and what follows from it.
extension RelayEngine {
    /// How long a transport may take for a batch, by its contract.
    private static let timeout = Duration.seconds(30)
    /// The largest batch, in bytes of payload; a single message may exceed it.
    private static let batchBytes = 4 << 20

    func obey(_ action: RelayConnection<RelaySenders>.Action?) throws {
        switch action {
        case nil: break
        case .waitForResumption: waitForResumption()
        case .open(let number): open(number)
        case .begin(let number, let senders):
            monitor.enter(.connected, \.sending)
            senders.whenLost { [weak self] in self?.post(.lost(connection: number, $0)) }
            if let text = senders.committedPlace { try takeOver(text) }
        case .send(let number, let batch, let senders):
            let unreliable = queue.isSendingUnreliable ? senders.unreliable : nil
            send(batch, by: unreliable ?? senders.reliable, number)
        case .announce(let number, let asks, let senders):
            send(OutboundBatch(catalogueMessages(asks: asks)), by: senders.reliable, number)
        case .settle(let content, let outcomes, let next):
            reconnection.succeeded()
            settle(content, outcomes)
            try obey(next)
        case .suspend(let senders):
            discard(senders)
            waitForResumption()
        case .pause(let senders, let error):
            if let senders { leave(senders) }
            pause(because: error)
        case .discard(let senders): discard(senders)
        case .close(let senders): close(senders)
        case .end(let senders):
            if let senders { leave(senders) }
            monitor.enter(.stopped, \.sending)
        }
    }

    private func open(_ number: UInt64) {
        monitor.enter(.connecting, \.sending)
        let (channel, id) = (channel, transactionalID)
        UserTask.start(on: core.environment.executor) { [weak self] in
            do {
                let senders = try await RelaySenders(channel, transactionalID: id, timeout: Self.timeout)
                guard let self else { return await senders.close() }
                self.post(.opened(connection: number, .success(senders)))
            } catch {
                self?.post(.opened(connection: number, .failure(error)))
            }
        }
    }

    /// By it a broker ends the sender of a process that still runs while its successor has begun.
    private var transactionalID: String? {
        channel.channel.isTransactional ? "skein/\(channel.name)/\(channel.process)" : nil
    }

    private func waitForResumption() {
        monitor.enter(.suspended, \.sending)
        core.breakers.whenResumed(ChannelSystem.name(of: channel.name)) { [weak self] in self?.post(.connect) }
    }

    /// The broker has committed a transaction whose place this store may not have, because the process died in
    /// between: writes down what was sent, without sending it again.
    private func takeOver(_ text: String) throws {
        guard let place = RelayPlace(text), try place.isOfStore(reader) else {
            // Its positions say nothing about this log: the file was begun anew, or replaced by a backup.
            return core.logger.info(
                "the broker keeps the place of another store, or of a message that is trimmed",
                metadata: ["channel": "\(channel.name)", "place": "\(text.prefix(40))"])
        }
        let row = tracker.row(completing: [])
        let positions = place.positions.filter { $0 > row.position && !row.hasCompleted($0) }
        guard !positions.isEmpty else { return }
        committed.formUnion(positions)
        let settlement = RelayQueue.Settlement(done: queue.remove { committed.contains($0.position) })
        tracker.passOver(positions)
        let rows = positions.compactMap { parked.removeValue(forKey: $0) }
        settle(settlement, writes: rows.flatMap { removals(of: $0) }, known: positions)
    }

    private func pause(because error: any Error) {
        monitor.enter(.disconnected, \.sending, because: error)
        if monitor.isHopeless(error, \.sending) { return core.fail(error) }
        let pause = reconnection.failed(random: core.environment.random())
        core.intervals.schedule(after: pause) { [weak self] in self?.post(.connect) }
    }

    /// The batch under way goes again.
    private func leave(_ senders: RelaySenders) {
        settle(queue.interrupted())
        discard(senders)
    }

    private func discard(_ senders: RelaySenders) {
        UserTask.start(on: core.environment.executor) { await senders.close() }
    }

    private func close(_ senders: RelaySenders) {
        monitor.enter(.stopped, \.sending)
        UserTask.start(on: core.environment.executor) { [weak self] in
            await senders.close()
            self?.post(.closed)
        }
    }

    /// Sends the next batch, if there is one and nothing is under way.
    func sendNext() throws {
        try obey(connection.next(isSuspended: isSuspended))
        guard connection.isFree, let batch = nextBatch() else { return }
        try obey(connection.send(batch))
    }

    /// The next batch; in transactions with the place that it leaves, and only as much as that has room for. The rest
    /// waits until it is written down what was sent before.
    private func nextBatch() -> OutboundBatch? {
        var limit = channel.channel.batch
        while limit > 0, let items = queue.nextBatch(limit: limit, bytes: Self.batchBytes) {
            var batch = OutboundBatch(items.map(\.message))
            guard channel.channel.isTransactional, !queue.isSendingUnreliable, let last = items.last else {
                return batch
            }
            let place = RelayPlace(
                committed.union(items.map(\.position)), witness: last.position, id: last.message.envelope.id)
            batch.place = place.text
            if place.text.utf8.count <= RelayPlace.longest { return batch }
            queue.takeBack()
            limit = min(limit, items.count) / 2
        }
        return nil
    }

    private func send(_ batch: OutboundBatch, by sender: any TransportSender, _ number: UInt64) {
        let deadline = AttemptDeadline(Self.timeout * 2, core: core)
        UserTask.start(on: core.environment.executor) { [weak self] in
            deadline.begin { [weak self] in self?.post(.overdue(connection: number)) }
            let result: Result<[SendOutcome], any Error>
            do { result = .success(try await sender.send(batch)) } catch { result = .failure(error) }
            deadline.end()
            self?.post(.sent(connection: number, result))
        }
    }

    func sent(_ number: UInt64, _ result: Result<[SendOutcome], any Error>) throws {
        switch result {
        case .success(let outcomes) where isUnknown(outcomes):
            let problem = "\(label) has not said what became of a transaction; a new connection asks for its place"
            try obey(connection.failed(number, because: TransportError(.broker, problem)))
        case .success(let outcomes): try obey(connection.sent(number, outcomes))
        case .failure(let error): try obey(connection.failed(number, because: error))
        }
    }

    private func settle(_ content: RelayConnection<RelaySenders>.Content, _ outcomes: [SendOutcome]) {
        switch content {
        case .log: settle(queue.sent(outcomes, isTransaction: channel.channel.isTransactional))
        case .catalogue(let asks): announced(outcomes, asks: asks)
        }
    }

    /// Whether it is not known if a transaction was committed: something has failed, and nothing was refused. Then the
    /// relay connects again, and asks the broker for its place.
    private func isUnknown(_ outcomes: [SendOutcome]) -> Bool {
        guard channel.channel.isTransactional, queue.isSending, !queue.isSendingUnreliable else { return false }
        let (failed, refused) = outcomes.reduce(into: (false, false)) { found, outcome in
            switch outcome {
            case .acknowledged: break
            case .failed: found.0 = true
            case .refused: found.1 = true
            }
        }
        return failed && !refused
    }

    /// Takes the outcomes of the catalogue entries. Other processes may wait for them, so what has failed is sent again
    /// in a second. What the broker refuses is reported.
    private func announced(_ outcomes: [SendOutcome], asks: Bool) {
        var hasFailed = outcomes.isEmpty
        for outcome in outcomes {
            switch outcome {
            case .acknowledged: break
            case .failed: hasFailed = true
            case .refused(let error):
                monitor.found(
                    "others on channel '\(channel.name)' do not learn what the components here declare: \(error)")
            }
        }
        guard hasFailed else { return }
        core.intervals.schedule(after: .seconds(1)) { [weak self] in self?.post(.announce(asks: asks)) }
    }

    /// Writes down what became of a batch: the place moves on over what is sent.
    ///
    /// - Parameters:
    ///   - writes: what else is to be written.
    ///   - known: what the broker had committed before.
    private func settle(
        _ settlement: RelayQueue.Settlement, writes: [StoreWrite] = [], known: [Int64] = []
    ) {
        defer { for key in actions.keys { proceed(key) } }
        var writes = writes
        // Also of a message that has not failed since an operator restarted its attempts.
        if !failures.isEmpty { for item in settlement.done + settlement.lost { writes += recovered(item) } }
        for (item, error, isRefused) in settlement.stopped { writes += stopped(item, error, isRefused: isRefused) }
        let positions = (settlement.done + settlement.lost).map(\.position)
        if !settlement.lost.isEmpty { core.counters.lost.increment(by: settlement.lost.count) }
        let (sent, again) = (settlement.done.count, settlement.done.count { $0.message.isRepeated })
        monitor.count { report in
            report.sent.acknowledged += sent
            report.sent.again += again
            report.sent.refused += settlement.stopped.count { $0.isRefused }
        }
        guard !positions.isEmpty || !writes.isEmpty || !known.isEmpty else { return }
        let stored = channel.channel.isTransactional ? positions + known : []
        committed.formUnion(stored)
        core.committer.submit(
            CommitUnit(writes: writes), handled: .init(tracker: tracker, positions: positions)
        ) { [weak self] outcome in
            if !stored.isEmpty, case .committed = outcome { self?.post(.stored(stored)) }
        }
    }
}
