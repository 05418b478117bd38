import SkeinStorage
import SkeinTransport
internal import DequeModule
internal import Logging

/// Takes in what comes by one channel: records it together with where it came from, and acknowledges it after that.
///
/// All state is confined to the engine's runner; connections work in tasks and report back through the inbox.
final class IntakeEngine: Engine, @unchecked Sendable {
    // Proof for `@unchecked`: the stored `var`s are touched only by `handle(_:)`, which the inbox calls on the serial
    // runner, and by the initializer, before anybody else has the engine. Tasks, commits and alarms use the inbox.

    enum Input: Sendable {
        case wake
        case opened(connection: UInt64, Result<any TransportSource, any Error>)
        case received(connection: UInt64, Result<[InboundMessage], any Error>)
        case recorded(connection: UInt64, [InboundMessage], new: Int, duplicates: Int)
        case acknowledged(connection: UInt64, count: Int, (any Error)?)
        case backlog(connection: UInt64, Int)
        case connect
        /// The lag is to be looked at.
        case look
        /// A connection that is of no use any more has let go, or takes too long for that.
        case left(Int)
        case closed
        case whenSettled(@Sendable () -> Void)
        case drain(@Sendable () -> Void)
    }

    /// The connection.
    private enum State {
        case idle
        case opening(Scope)
        case open(any TransportSource, Scope)
        /// Waits before it opens again.
        case pausing
        case closing
        case closed
    }

    /// What a connection takes in.
    private enum Scope {
        case everything
        /// Answers and catalogues.
        case answers
    }

    let subscription: String
    private let core: RuntimeCore
    private let channel: ChannelPlan.Planned
    private let recorder: ChannelRecorder
    private let monitor: ChannelMonitor
    private let lags: SubscriptionLags
    /// Has the relay of the channel tell the others what the components here declare.
    private let announce: @Sendable (_ asks: Bool) -> Void
    private let reader: any StoreReader
    private var identities: MessageIdentities
    private var connection: UInt64 = 0
    private var state = State.idle
    private var reconnection = Reconnection()
    private var throttle: IntakeThrottle
    /// Whether an alarm will have the lag looked at.
    private var isLookPlanned = false
    private var farewell = Farewell()
    /// Whether a call for messages is under way.
    private var isReceiving = false
    /// Messages that are recorded, and not acknowledged yet.
    private var recorded = Deque<[InboundMessage]>()
    private var isAcknowledging = false
    /// How many messages the broker has that were not received, when it was asked last.
    private var backlog: (count: Int?, askedAt: Timestamp?)
    /// How many messages were received and are not acknowledged.
    private var inHand = 0
    /// The places of topics that another channel to the same broker has read, until a message of the topic comes.
    private var inherited: [String: [SourcePlaceRow]] = [:]
    private var waiters: (settled: [@Sendable () -> Void], drained: (@Sendable () -> Void)?) = ([], nil)
    private var isClosing = false
    private let inbox: Inbox<Input>

    init(
        core: RuntimeCore, channel: ChannelPlan.Planned, recorder: ChannelRecorder, monitor: ChannelMonitor,
        lags: SubscriptionLags, announce: @escaping @Sendable (_ asks: Bool) -> Void
    ) throws {
        (self.core, self.channel, self.recorder, self.monitor) = (core, channel, recorder, monitor)
        (self.lags, throttle) = (lags, IntakeThrottle(limit: channel.channel.longestLag))
        self.announce = announce
        subscription = "intake/\(channel.name)"
        reader = try core.store.makeReader()
        identities = MessageIdentities(reader, memory: 8 * channel.channel.batch)
        let slot = EngineSlot<IntakeEngine>()
        inbox = Inbox(runner: core.environment.makeRunner(subscription), limit: 256) { slot.engine?.handle($0) }
        slot.engine = self
    }

    func post(_ input: Input) { inbox.post(input) }
    func start() {
        core.breakers.whenSuspended(ChannelPlan.system(of: channel.name)) { [weak self] in self?.post(.wake) }
        post(.connect)
    }

    func wake() { post(.wake) }
    func drain(_ done: @escaping @Sendable () -> Void) { post(.drain(done)) }
    func whenSettled(_ done: @escaping @Sendable () -> Void) { post(.whenSettled(done)) }
    func abandon() { inbox.close() }

    private func handle(_ inputs: [Input]) {
        do {
            for input in inputs { try handle(input) }
            acknowledgeNext()
            measureLag()
            receiveNext()
        } catch {
            core.fail(error)
        }
        if isSettled {
            for done in waiters.settled { done() }
            waiters.settled = []
        }
        if case .closed = state, let done = waiters.drained {
            waiters.drained = nil
            done()
        }
    }

    private func handle(_ input: Input) throws {
        switch input {
        case .wake: break
        case .connect: try connect()
        case .look: isLookPlanned = false
        case .left(let number): if farewell.end(number) { try connect() }
        case .opened(let number, let result): opened(number, result)
        case .received(let number, let result): try received(number, result)
        case .recorded(let number, let messages, let new, let duplicates):
            if duplicates + new > 0 {
                monitor.count { report in
                    report.received.recorded += new
                    report.received.duplicates += duplicates
                }
            }
            if number == connection { recorded.append(messages) }
        case .acknowledged(let number, let count, let error): acknowledged(number, count, error)
        case .backlog(let number, let count): if number == connection { learned(backlog: count) }
        case .closed: state = .closed
        case .whenSettled(let done): waiters.settled.append(done)
        case .drain(let done):
            isClosing = true
            waiters.drained = done
            close()
        }
    }

    /// Whether nothing is to be done before something comes, time passes or somebody acts.
    private var isSettled: Bool {
        if core.hasFailed || isClosing { return true }
        switch state {
        case .opening: return false
        case .idle, .pausing, .closing, .closed: return true
        case .open: return inHand == 0
        }
    }

    private var isSuspended: Bool { core.breakers.isSuspended(ChannelPlan.system(of: channel.name)) }

    /// How many messages may be in hand.
    private var window: Int { 2 * channel.channel.batch }
}

/// Connecting.
extension IntakeEngine {
    private func connect() throws {
        switch state {
        case .idle, .pausing: break
        case .opening, .open, .closing, .closed: return
        }
        guard !isClosing else { return end() }
        guard !isSuspended else {
            state = .idle
            monitor.enter(.suspended, \.takingIn)
            return core.breakers.whenResumed(ChannelPlan.system(of: channel.name)) { [weak self] in
                self?.post(.connect)
            }
        }
        // What this connection had in hand has to come again before what lies behind it.
        guard farewell.admits() else { return state = .pausing }
        connection += 1
        let scope: Scope = throttle.stage == .answers ? .answers : .everything
        (state, isReceiving, isAcknowledging, inHand) = (.opening(scope), false, false, 0)
        (recorded, backlog.askedAt) = ([], nil)
        monitor.enter(.connecting, \.takingIn)
        let (number, transport, request) = (connection, channel.channel.transport, try request(for: scope))
        UserTask.start(on: core.environment.executor) { [weak self] in
            do {
                let source = try await transport.openSource(request)
                guard let self else { return await source.close() }
                self.post(.opened(connection: number, .success(source)))
            } catch {
                self?.post(.opened(connection: number, .failure(error)))
            }
        }
    }

    private func request(for scope: Scope) throws -> SourceRequest {
        var subscriptions: [SourceSubscription] = []
        // A transport without replay has queues, which hand out the commands and replies that lie in them anyway.
        let canReplay = channel.channel.transport.features.has(.replayFromBeginning)
        let oldest: SourceBeginning = canReplay ? .beginning : .now
        if scope == .everything {
            subscriptions += channel.remotes.map { remote in
                SourceSubscription(.events(of: remote.component), from: remote.start == .now ? .now : .beginning)
            }
            if channel.takesCommands {
                subscriptions += channel.components.map { SourceSubscription(.commands(to: $0), from: oldest) }
            }
        }
        if channel.takesReplies {
            subscriptions.append(SourceSubscription(.replies(to: channel.process), from: oldest))
        }
        subscriptions.append(SourceSubscription(.catalogue))
        return SourceRequest(
            channel: channel.name, process: channel.process, subscriptions: subscriptions, places: try places(),
            window: window)
    }

    /// Where to go on. A topic that another channel to the same broker has read is taken over with its places, because
    /// what lies before them is in the log.
    private func places() throws -> [SourcePlace] {
        // A channel that had a broker with places before may have one without.
        guard channel.channel.transport.features.has(.positions) else { return [] }
        var rows = try reader.sourcePlaces(channel: channel.name)
        inherited = [:]
        for other in channel.besides {
            let own = Set(rows.map(\.topic))
            let others = try reader.sourcePlaces(channel: other).filter { !own.contains($0.topic) }
            for row in others { inherited[row.topic, default: []].append(row) }
            rows += others
        }
        return rows.map { SourcePlace(topic: $0.topic, partition: $0.partition, next: $0.next) }
    }

    /// What makes the places of a topic those of this channel, when its first message comes.
    private func inherit(_ topic: String) -> [StoreWrite] {
        guard let rows = inherited.removeValue(forKey: topic), let other = rows.first?.channel else { return [] }
        let moved = rows.map { row in
            StoreWrite.putSourcePlace(
                SourcePlaceRow(channel: channel.name, topic: topic, partition: row.partition, next: row.next))
        }
        return moved + [.removeSourcePlaces(channel: other, topic: topic)]
    }

    private func opened(_ number: UInt64, _ result: Result<any TransportSource, any Error>) {
        switch (state, result) {
        case (.opening(let scope), .success(let source)) where number == connection:
            state = .open(source, scope)
            monitor.enter(scope == .everything ? .connected : .held, \.takingIn)
            announce(true)
            if isClosing { close() }
        case (.opening, .failure(let error)) where number == connection:
            pause(because: error)
        case (_, .success(let source)):
            UserTask.start(on: core.environment.executor) { await source.close() }
        case (_, .failure):
            break
        }
    }

    /// Opens another connection after a pause. What was received and not acknowledged comes again.
    private func pause(because error: any Error) {
        if case .open(let source, _) = state { leave(source) }
        connection += 1
        guard !isClosing else { return end() }
        state = .pausing
        monitor.enter(.disconnected, \.takingIn, because: error)
        if monitor.isHopeless(error, \.takingIn) { return core.fail(error) }
        let pause = reconnection.failed(random: core.environment.random())
        core.intervals.schedule(after: pause) { [weak self] in self?.post(.connect) }
    }

    private func end() {
        state = .closed
        monitor.enter(.stopped, \.takingIn)
    }

    private func close() {
        switch state {
        case .idle, .pausing: end()
        case .open(let source, _):
            state = .closing
            connection += 1
            monitor.enter(.stopped, \.takingIn)
            UserTask.start(on: core.environment.executor) { [weak self] in
                await source.close()
                self?.post(.closed)
            }
        case .opening, .closing, .closed: break
        }
    }
}

/// Receiving, recording, acknowledging.
extension IntakeEngine {
    private func receiveNext() {
        guard case .open(let source, let scope) = state, !isClosing else { return }
        guard !isSuspended else { return reopen(source) }
        switch (throttle.stage, scope) {
        case (.everything, .everything), (.answers, .answers): break
        case (.nothing, _): return
        // What is in hand is acknowledged first, so that it does not come again.
        case (.everything, .answers), (.answers, .everything):
            if recorded.isEmpty, !isAcknowledging, inHand == 0 { reopen(source) }
            return
        }
        guard !isReceiving else { return }
        let room = min(channel.channel.batch, window - inHand)
        guard room > 0 else { return }
        isReceiving = true
        let number = connection
        UserTask.start(on: core.environment.executor) { [weak self] in
            let result: Result<[InboundMessage], any Error>
            do { result = .success(try await source.receive(limit: room)) } catch { result = .failure(error) }
            self?.post(.received(connection: number, result))
        }
    }

    /// Closes the connection, and opens another one when it is wanted.
    private func reopen(_ source: any TransportSource) {
        state = .idle
        connection += 1
        leave(source)
        post(.connect)
    }

    /// Takes in less while handlers lag too far behind.
    private func measureLag() {
        guard !isClosing, let (subscription, lag) = lags.slowest() else { return }
        if throttle.isNear(lag) { lags.wakeAll() }
        let before = throttle.stage
        throttle.measured(lag, at: core.intervals.clock.now)
        if throttle.stage != before { tell(subscription, lag) }
        guard throttle.stage != .everything, !isLookPlanned else { return }
        isLookPlanned = true
        core.intervals.schedule(after: IntakeThrottle.interval) { [weak self] in self?.post(.look) }
    }

    private func tell(_ subscription: String, _ lag: Int64) {
        switch throttle.stage {
        case .nothing: break
        case .everything: monitor.count { $0.heldBy = nil }
        case .answers:
            monitor.count { $0.heldBy = subscription }
            core.logger.info(
                "a channel takes in only answers, because a subscription lags too far",
                metadata: ["channel": "\(channel.name)", "subscription": "\(subscription)", "lag": "\(lag)"])
        }
    }

    private func leave(_ source: any TransportSource) {
        let number = farewell.begin()
        UserTask.start(on: core.environment.executor) { [weak self] in
            await source.close()
            self?.post(.left(number))
        }
        core.intervals.schedule(after: Farewell.patience) { [weak self] in self?.post(.left(number)) }
    }

    private func received(_ number: UInt64, _ result: Result<[InboundMessage], any Error>) throws {
        guard number == connection, case .open = state else { return }
        isReceiving = false
        switch result {
        case .failure(let error): pause(because: error)
        case .success(let messages):
            reconnection.succeeded()
            inHand += messages.count
            try record(messages)
        }
    }

    /// Records messages: each with its origin, and the places of the reader, in one commit.
    private func record(_ messages: [InboundMessage]) throws {
        let now = core.environment.clock.now
        var unit = CommitUnit()
        var places: [SourcePlaceKey: Int64] = [:]
        for message in messages {
            switch recorder.decide(message, by: channel, now: now) {
            case .record(let outgoing): unit.appends.append(try identities.distinct(outgoing))
            case .park(let outgoing):
                unit.appends.append(outgoing)
                monitor.count { $0.received.unreadable += 1 }
            case .declaration(let declaration): unit.writes += try heard(declaration)
            case .unreadableDeclaration(let reason):
                monitor.found("what another process declares on channel '\(channel.name)' cannot be read: \(reason)")
            case .passBy: break
            }
            guard let offset = message.origin.offset, message.destination != .catalogue else { continue }
            let key = SourcePlaceKey(topic: message.origin.topic, partition: message.origin.partition)
            places[key] = max(places[key] ?? 0, offset + 1)
        }
        for (key, next) in places.sorted(by: { $0.key < $1.key }) {
            unit.writes += inherit(key.topic)
            unit.writes.append(
                .putSourcePlace(
                    SourcePlaceRow(channel: channel.name, topic: key.topic, partition: key.partition, next: next)))
        }
        let number = connection
        guard !unit.isEmpty else {
            return post(.recorded(connection: number, messages, new: 0, duplicates: 0))
        }
        let count = unit.appends.count
        core.committer.submit(unit) { [weak self] outcome in
            guard case .committed(let records) = outcome else { return }
            let duplicates = count - records.count
            self?.post(.recorded(connection: number, messages, new: records.count, duplicates: duplicates))
        }
    }

    private func acknowledgeNext() {
        guard case .open(let source, _) = state, !isAcknowledging, !recorded.isEmpty else { return }
        isAcknowledging = true
        let messages = recorded.flatMap { $0 }
        recorded = []
        let (number, asks) = (connection, isBacklogDue(after: messages.count))
        UserTask.start(on: core.environment.executor) { [weak self] in
            do {
                try await source.acknowledge(messages)
                self?.post(.acknowledged(connection: number, count: messages.count, nil))
                if asks, let count = await source.backlog() { self?.post(.backlog(connection: number, count)) }
            } catch {
                self?.post(.acknowledged(connection: number, count: messages.count, error))
            }
        }
    }

    /// Whether the broker is to be asked what it has beyond a batch: once a second, and when a backlog seems to have
    /// come to its end.
    private func isBacklogDue(after count: Int) -> Bool {
        let now = core.intervals.clock.now
        if let last = backlog.askedAt, now < last.advanced(by: .seconds(1)) {
            guard let known = backlog.count, known > 0, inHand <= count else { return false }
        }
        backlog.askedAt = now
        return true
    }

    private func learned(backlog count: Int) {
        guard backlog.count != count else { return }
        backlog.count = count
        monitor.count { $0.backlog = count }
    }

    private func acknowledged(_ number: UInt64, _ count: Int, _ error: (any Error)?) {
        guard number == connection, case .open = state else { return }
        isAcknowledging = false
        if let error { return pause(because: error) }
        inHand -= count
    }

    /// A component elsewhere has said what it declares.
    ///
    /// - Returns: what has to be written.
    private func heard(_ declaration: Declaration) throws -> [StoreWrite] {
        guard declaration.start != core.start else { return [] }
        guard declaration.process != channel.process else {
            monitor.found(
                "another process calls itself '\(channel.process)' on channel '\(channel.name)'; each needs a name of "
                    + "its own: Channel(\"\(channel.name)\", over: …, as: \"…\")")
            return []
        }
        if !core.catalogue.isKnown(to: declaration, from: channel.process) { announce(false) }
        var entry = declaration.entry
        let component = entry.component
        if core.catalogue.registries.contains(where: { $0.component == component }) {
            monitor.found(
                "component '\(component)' runs here and in process '\(declaration.process)'; take it out of one of them"
            )
            return []
        }
        let remotes = core.catalogue.remotes
        guard channel.remotes.contains(where: { $0.component == component }) else { return [] }
        (entry.channel, entry.process) = (channel.name, declaration.process)
        guard remotes.entry(of: component) != entry else { return [] }
        remotes.update(entry)
        for problem in remotes.problems(owners: core.catalogue.owners) { monitor.found(problem) }
        return [try entry.write()]
    }
}

/// A partition of a topic.
private struct SourcePlaceKey: Hashable, Comparable {
    var topic: String
    var partition: Int

    static func < (left: SourcePlaceKey, right: SourcePlaceKey) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }
}
