import SkeinStorage
import SkeinTransport
internal import Logging

/// Connecting, sending, and what follows from it.
extension RelayEngine {
    /// How long a transport may take for a batch, by its contract.
    private static let timeout = Duration.seconds(30)
    /// The largest batch, in bytes of payload; a single message may exceed it.
    private static let batchBytes = 4 << 20

    func connect() {
        switch state {
        case .idle, .pausing: break
        case .opening, .open, .sending, .closing, .closed: return
        }
        guard !isClosing else { return state = .closed }
        guard !isSuspended else {
            state = .idle
            monitor.enter(.suspended, \.sending)
            return whenResumed()
        }
        connection += 1
        state = .opening
        monitor.enter(.connecting, \.sending)
        let (number, channel, id) = (connection, channel, transactionalID)
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

    private func whenResumed() {
        core.breakers.whenResumed(ChannelPlan.system(of: channel.name)) { [weak self] in self?.post(.connect) }
    }

    func opened(_ number: UInt64, _ result: Result<RelaySenders, any Error>) throws {
        switch (state, result) {
        case (.opening, .success(let senders)) where number == connection:
            state = .open(senders)
            monitor.enter(.connected, \.sending)
            senders.whenLost { [weak self] in self?.post(.lost(connection: number, $0)) }
            if let text = senders.committedPlace { try takeOver(text) }
            if isClosing { close() }
        case (.opening, .failure(let error)) where number == connection:
            pause(because: error)
        case (_, .success(let senders)):
            UserTask.start(on: core.environment.executor) { await senders.close() }
            if isClosing { state = .closed }
        case (_, .failure):
            if isClosing { state = .closed }
        }
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

    /// Opens another connection after a pause.
    private func pause(because error: any Error) {
        guard !isClosing else { return end() }
        state = .pausing
        monitor.enter(.disconnected, \.sending, because: error)
        if monitor.isHopeless(error, \.sending) { return core.fail(error) }
        let pause = reconnection.failed(random: core.environment.random())
        core.intervals.schedule(after: pause) { [weak self] in self?.post(.connect) }
    }

    /// Sends the next batch, if there is one and nothing is under way.
    func sendNext() {
        guard case .open(let senders) = state, !isClosing, !isSuspended else {
            if case .open(let senders) = state, isSuspended { suspend(senders) }
            return
        }
        if announcement.isDue {
            let asks = announcement.asks
            announcement = (false, false)
            let messages = catalogueMessages(asks: asks)
            if !messages.isEmpty {
                announcing = asks
                return send(OutboundBatch(messages), by: senders.reliable, senders)
            }
        }
        guard let batch = nextBatch() else { return }
        if queue.isSendingUnreliable, let unreliable = senders.unreliable {
            return send(batch, by: unreliable, senders)
        }
        send(batch, by: senders.reliable, senders)
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

    private func send(_ batch: OutboundBatch, by sender: any TransportSender, _ senders: RelaySenders) {
        state = .sending(senders, loss: nil)
        let number = connection
        let deadline = AttemptDeadline(Self.timeout * 2, core: core)
        UserTask.start(on: core.environment.executor) { [weak self] in
            deadline.begin { [weak self] in self?.post(.overdue(connection: number)) }
            let result: Result<[SendOutcome], any Error>
            do { result = .success(try await sender.send(batch)) } catch { result = .failure(error) }
            deadline.end()
            self?.post(.sent(connection: number, result))
        }
    }

    func sent(_ number: UInt64, _ result: Result<[SendOutcome], any Error>) {
        guard case .sending(let senders, let loss) = state, number == connection else { return }
        switch result {
        case .success(let outcomes) where isUnknown(outcomes):
            let problem = "\(label) has not said what became of a transaction; a new connection asks for its place"
            disconnect(senders, because: TransportError(.broker, problem))
        case .success(let outcomes):
            state = .open(senders)
            reconnection.succeeded()
            if let asks = announcing {
                announced(outcomes, asks: asks)
            } else {
                settle(queue.sent(outcomes, isTransaction: channel.channel.isTransactional))
            }
            if let loss { disconnect(senders, because: loss) } else if isClosing { close() }
        case .failure(let error): disconnect(senders, because: error)
        }
    }

    /// The connection has ended by itself.
    func lost(_ number: UInt64, _ error: any Error) {
        guard number == connection else { return }
        switch state {
        case .open(let senders): disconnect(senders, because: error)
        case .sending(let senders, _): state = .sending(senders, loss: error)
        case .idle, .opening, .pausing, .closing, .closed: break
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

    private func disconnect(_ senders: RelaySenders, because error: any Error) {
        if let asks = announcing { announcement = (true, announcement.asks || asks) }
        announcing = nil
        settle(queue.interrupted())
        UserTask.start(on: core.environment.executor) { await senders.close() }
        // The number of the connection moves on, so that nothing it still reports counts.
        connection += 1
        pause(because: error)
    }

    /// Takes the outcomes of the catalogue entries. Other processes may wait for them, so what has failed is sent again
    /// in a second. What the broker refuses is reported.
    private func announced(_ outcomes: [SendOutcome], asks: Bool) {
        announcing = nil
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

    private func suspend(_ senders: RelaySenders) {
        state = .idle
        connection += 1
        monitor.enter(.suspended, \.sending)
        UserTask.start(on: core.environment.executor) { await senders.close() }
        whenResumed()
    }

    private func end() {
        state = .closed
        monitor.enter(.stopped, \.sending)
    }

    /// Closes the connection when nothing is under way.
    func close() {
        switch state {
        case .idle, .pausing: end()
        case .open(let senders):
            state = .closing
            monitor.enter(.stopped, \.sending)
            UserTask.start(on: core.environment.executor) { [weak self] in
                await senders.close()
                self?.post(.closed)
            }
        case .opening, .sending, .closing, .closed: break
        }
    }
}
