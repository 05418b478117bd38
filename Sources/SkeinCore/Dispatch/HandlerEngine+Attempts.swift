import SkeinStorage
internal import DequeModule

/// Attempts: running the handlers of a message, and what follows.
extension HandlerEngine {
    /// User code at work on one message.
    struct Attempt {
        let context: HandlerContext
        let deadline: AttemptDeadline
        let position: Int64
        /// The shares that have a place taken by it.
        let shares: [Int]
    }

    enum AttemptResult: Sendable {
        /// What belongs to the commit, and what follows after it without being waited for.
        case success(CommitUnit, unacknowledged: [Outgoing])
        /// The handler that threw; `nil` where none can be named.
        case failure(any Error, handler: Int?)
    }

    /// A message whose handlers have returned without anything to store.
    struct HandledMessage: Sendable {
        let key: String
        let attempt: UInt64
        let position: Int64
    }

    func startReady() {
        guard !isClosing else { return }
        while let key = ready.popFirst() { begin(key: key) }
        // A key whose second handler is full is moved to the queue of that handler, so one pass suffices.
        for share in lanes.shares.indices {
            while lanes.shares[share].hasPlace, let key = lanes.shares[share].ready.popFirst() { begin(key: key) }
        }
    }

    /// Begins an attempt, or lets the key wait for the first of its handlers that has no place.
    private func begin(key: String) {
        guard let shares = lanes.look(key, { $0.current?.shares }) ?? nil else { return }
        if let full = shares.first(where: { !lanes.shares[$0].hasPlace }) {
            return lanes.shares[full].ready.append(key)
        }
        let attempt = nextAttempt + 1
        guard let job = lanes.update(key, { $0.begin(attempt: attempt) }) ?? nil else { return }
        nextAttempt = attempt
        for share in job.shares { lanes.shares[share].begin() }
        start(job, key: key, attempt: attempt)
    }

    private func start(_ job: Job, key: String, attempt: UInt64) {
        let context = HandlerContext(
            core: core, component: component, subscription: subscription,
            handler: job.handlers.first?.label ?? "", envelope: job.record.envelope, attempt: job.attempts + 1)
        let coder = core.factory.coder
        let timeout = job.timeout
        let (name, subscription) = (job.record.envelope.name, subscription)
        let deadline = AttemptDeadline(timeout, core: core)
        attempts[attempt] = Attempt(
            context: context, deadline: deadline, position: job.position, shares: job.shares)
        // An operator who retries sets the attempts back.
        if job.attempts == 0 { hung.forget(job.position) }
        if let refusal = hung.refusal(of: job.position) {
            return post(.finished(key: key, attempt: attempt, .failure(refusal, handler: nil)))
        }
        UserTask.start(on: core.environment.executor) { [weak self] in
            deadline.begin { [weak self] in
                let error = TimeoutError("the handler of '\(name)' did not return within \(timeout)")
                self?.post(.finished(key: key, attempt: attempt, .failure(error, handler: nil)))
            }
            var failure: AttemptResult?
            for (index, handler) in job.handlers.enumerated() {
                let own = index == 0 ? context : context.joined(by: "\(handler.label)#\(index)", of: subscription)
                do {
                    try await handler.run(job.record, coder, own)
                } catch {
                    _ = context.seal()
                    failure = .failure(error, handler: index)
                    break
                }
            }
            PromptReturn.promise()
            deadline.end()
            let result = failure ?? Self.success(context)
            self?.post(.finished(key: key, attempt: attempt, result))
        }
    }

    private static func success(_ context: HandlerContext) -> AttemptResult {
        let (unit, unacknowledged) = context.seal()
        return .success(unit, unacknowledged: unacknowledged)
    }

    /// The handlers have returned, thrown, or missed their deadline. Only the first result of an attempt counts.
    func finished(key: String, attempt: UInt64, _ result: AttemptResult) throws {
        guard let ended = attempts.removeValue(forKey: attempt) else { return hung.returned(attempt) }
        ended.deadline.end()
        for share in ended.shares { lanes.shares[share].end() }
        switch result {
        case .success(let unit, let unacknowledged):
            try commit(unit, unacknowledged: unacknowledged, key: key, attempt: attempt)
        case .failure(let error, let handler):
            _ = ended.context.seal()
            if error is TimeoutError { hung.missed(attempt, at: ended.position) }
            failed(key: key, attempt: attempt, error, handler: handler)
        }
    }

    private func commit(_ unit: CommitUnit, unacknowledged: [Outgoing], key: String, attempt: UInt64) throws {
        guard let (job, row) = lanes.update(key, { $0.succeeded(attempt: attempt) }) ?? nil else { return }
        if unit.isEmpty, unacknowledged.isEmpty, row == nil {
            return handled.append(HandledMessage(key: key, attempt: attempt, position: job.position))
        }
        var unit = unit
        if let row { unit.writes += try closeParked(row) + markNext(after: row) }
        let positions = row == nil ? [job.position] : []
        core.committer.submit(unit, handled: .init(tracker: tracker, positions: positions)) {
            [weak self, core] outcome in
            switch outcome {
            case .committed:
                core.counters.handled.increment()
                core.publishUnacknowledged(unacknowledged)
                self?.post(.committed(key: key, attempt: attempt, nil))
            case .failed(let error):
                self?.post(.committed(key: key, attempt: attempt, error))
            }
        }
    }

    /// Commits the places of messages whose handlers have nothing to store. All are one unit, which cannot fail by
    /// itself.
    func commitHandled() {
        guard !handled.isEmpty else { return }
        let messages = handled
        handled = []
        let positions = messages.map(\.position)
        core.committer.submit(CommitUnit(), handled: .init(tracker: tracker, positions: positions)) {
            [weak self, core] outcome in
            switch outcome {
            case .committed:
                core.counters.handled.increment(by: messages.count)
                self?.post(.handled(messages, nil))
            case .failed(let error):
                self?.post(.handled(messages, error))
            }
        }
    }

    func committed(key: String, attempt: UInt64, _ error: (any Error)?) throws {
        if let error { return failed(key: key, attempt: attempt, error) }
        try obey(lanes.update(key) { $0.committed(attempt: attempt) }, key: key)
    }

    /// Decides what follows a failed attempt: another one from memory, another one from the store, or an incident.
    private func failed(key: String, attempt: UInt64, _ error: any Error, handler: Int? = nil) {
        guard let attempted = lanes[key]?.message(of: attempt) else { return }
        var failure = Failure(job: attempted.job, row: attempted.row, error: error)
        if let refusal = hung.refusal(of: attempted.job.position, after: error) {
            (failure.error, failure.isHung) = (refusal, true)
        }
        let now = core.environment.clock.now
        let since = failure.job.failingSince ?? now
        (failure.job.attempts, failure.job.failingSince) = (failure.job.attempts + 1, since)
        let handler = handler.map { failure.job.handlers[$0] } ?? failure.job.handlers.first
        failure.label = handler?.label
        let policy = handler?.options.retry ?? RetryPolicy()
        let delay = policy.delay(
            after: error, attempt: failure.job.attempts, failingFor: now.since(since),
            random: core.environment.random())
        guard let delay else { return park(key: key, failure) }
        core.counters.retried.increment()
        // An attempt that may not begin takes no time, so the pause is as long as it would have hung.
        let next = now.advanced(by: failure.isHung ? max(delay, failure.job.timeout) : delay)
        failure.nextAt = next
        let isEarly = next.since(since) <= core.configuration.retryInMemory && !isReported(failure.job, at: now)
        let hasRoom = !failure.job.shares.contains { lanes.shares[$0].queued.isShort }
        guard isEarly, hasRoom, failure.row == nil, !failure.isHung, !isClosing else { return park(key: key, failure) }
        _ = lanes.update(key) { $0.backOff(failure.job) }
        core.intervals.schedule(after: delay) { [weak self] in self?.post(.retry(key: key)) }
    }

    /// Whether a message has been failing for so long that an incident reports it.
    func isReported(_ job: Job, at now: Timestamp) -> Bool {
        now.since(job.failingSince ?? now) >= core.configuration.failureTolerance
    }
}
