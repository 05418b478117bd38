import SkeinActions
import SkeinStorage
import SkeinTransport
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
        case left(connection: UInt64)
        case closed
        case whenSettled(@Sendable () -> Void)
        case drain(@Sendable () -> Void)
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
    private var connection: IntakeConnection<any TransportSource>
    private var reconnection = Reconnection()
    private var throttle: IntakeThrottle
    /// Whether an alarm will have the lag looked at.
    private var isLookPlanned = false
    /// What the declarations of others do not agree in.
    private var contradictions: [String] = []
    /// The starts of other processes that call themselves like this one.
    private var namesakes: Set<UInt64> = []
    /// The places of topics that another channel to the same broker has read, until a message of the topic comes.
    private var inherited: [String: [SourcePlaceRow]] = [:]
    private var waiters: (settled: [@Sendable () -> Void], drained: (@Sendable () -> Void)?) = ([], nil)
    private let inbox: Inbox<Input>

    init(
        core: RuntimeCore, channel: ChannelPlan.Planned, recorder: ChannelRecorder, monitor: ChannelMonitor,
        lags: SubscriptionLags, announce: @escaping @Sendable (_ asks: Bool) -> Void
    ) throws {
        (self.core, self.channel, self.recorder, self.monitor) = (core, channel, recorder, monitor)
        (self.lags, throttle) = (lags, IntakeThrottle(limit: channel.channel.longestLag))
        self.announce = announce
        connection = IntakeConnection(batch: channel.channel.batch)
        subscription = "intake/\(channel.name)"
        reader = try core.store.makeReader()
        let slot = EngineSlot<IntakeEngine>()
        inbox = Inbox(runner: core.environment.makeRunner(subscription), limit: 256) { slot.engine?.handle($0) }
        slot.engine = self
    }

    func post(_ input: Input) { inbox.post(input) }
    func start() {
        core.breakers.whenSuspended(ChannelSystem.name(of: channel.name)) { [weak self] in self?.post(.wake) }
        post(.connect)
    }

    func wake() { post(.wake) }
    func drain(_ done: @escaping @Sendable () -> Void) { post(.drain(done)) }
    func whenSettled(_ done: @escaping @Sendable () -> Void) { post(.whenSettled(done)) }
    func abandon() { inbox.close() }

    private func handle(_ inputs: [Input]) {
        do {
            for input in inputs { try handle(input) }
            try obey(connection.acknowledgeNext(at: core.intervals.clock.now))
            measureLag()
            try obey(connection.receiveNext(throttle.scope, isSuspended: isSuspended))
        } catch {
            core.fail(error)
        }
        if core.hasFailed || connection.isAtRest {
            for done in waiters.settled { done() }
            waiters.settled = []
        }
        if connection.isClosed, let done = waiters.drained {
            waiters.drained = nil
            done()
        }
    }

    private func handle(_ input: Input) throws {
        switch input {
        case .wake: break
        case .connect: try connect()
        case .look: isLookPlanned = false
        case .left(let number): try obey(connection.left(number))
        case .opened(let number, .success(let source)): try obey(connection.opened(number, source))
        case .opened(let number, .failure(let error)): try obey(connection.failed(number, because: error))
        case .received(let number, .success(let messages)): try obey(connection.received(number, messages))
        case .received(let number, .failure(let error)): try obey(connection.failed(number, because: error))
        case .recorded(let number, let messages, let new, let duplicates):
            if duplicates + new > 0 {
                monitor.count { report in
                    report.received.recorded += new
                    report.received.duplicates += duplicates
                }
            }
            connection.recorded(number, messages)
        case .acknowledged(let number, let count, nil): connection.acknowledged(number, count: count)
        case .acknowledged(let number, _, let error?): try obey(connection.failed(number, because: error))
        case .backlog(let number, let count): try obey(connection.learned(number, backlog: count))
        case .closed: connection.closed()
        case .whenSettled(let done): waiters.settled.append(done)
        case .drain(let done):
            waiters.drained = done
            try obey(connection.close())
        }
    }

    private func obey(_ action: IntakeConnection<any TransportSource>.Action?) throws {
        switch action {
        case nil: break
        case .connect: try connect()
        case .waitForResumption:
            monitor.enter(.suspended, \.takingIn)
            core.breakers.whenResumed(ChannelSystem.name(of: channel.name)) { [weak self] in self?.post(.connect) }
        case .open(let number, let scope): try open(number, scope)
        case .begin(let scope):
            monitor.enter(scope == .everything ? .connected : .held, \.takingIn)
            announce(true)
        case .receive(let number, let source, let limit): receive(number, source, limit: limit)
        case .record(let number, let messages):
            reconnection.succeeded()
            try record(messages, from: number)
        case .acknowledge(let number, let source, let messages, let asks):
            acknowledge(messages, of: number, source, asksForBacklog: asks)
        case .reportBacklog(let count): monitor.count { $0.backlog = count }
        case .pause(let departure, let error):
            if let departure { leave(departure) }
            pause(because: error)
        case .reopen(let departure):
            leave(departure)
            post(.connect)
        case .discard(let source): UserTask.start(on: core.environment.executor) { await source.close() }
        case .close(let source): close(source)
        case .end: monitor.enter(.stopped, \.takingIn)
        }
    }

    private var isSuspended: Bool { core.breakers.isSuspended(ChannelSystem.name(of: channel.name)) }
}

/// Connecting.
extension IntakeEngine {
    /// How long a connection may take to let go of what it has in hand.
    private static let patience = Duration.seconds(30)

    private func connect() throws {
        try obey(connection.connect(throttle.scope ?? .everything, isSuspended: isSuspended))
    }

    private func open(_ number: UInt64, _ scope: IntakeThrottle.Scope) throws {
        monitor.enter(.connecting, \.takingIn)
        let (transport, request) = (channel.channel.transport, try request(for: scope))
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

    private func request(for scope: IntakeThrottle.Scope) throws -> SourceRequest {
        var subscriptions: [SourceSubscription] = []
        // A transport without replay has queues, which hand out the commands and replies that lie in them anyway.
        let canReplay = channel.channel.transport.features.has(.replayFromBeginning)
        let oldest: SourceBeginning = canReplay ? .beginning : .now
        if scope == .everything {
            subscriptions += channel.remotes.map { remote in
                SourceSubscription(.events(of: remote.component), from: remote.start == .now ? .now : .beginning)
            }
            subscriptions += channel.components.map { SourceSubscription(.commands(to: $0), from: oldest) }
        }
        subscriptions.append(SourceSubscription(.replies(to: channel.process), from: oldest))
        subscriptions.removeAll { channel.readElsewhere.contains($0.destination) }
        subscriptions.append(SourceSubscription(.catalogue))
        return SourceRequest(
            channel: channel.name, process: channel.process, subscriptions: subscriptions, places: try places(),
            window: connection.window)
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

    private func pause(because error: any Error) {
        monitor.enter(.disconnected, \.takingIn, because: error)
        if monitor.isHopeless(error, \.takingIn) { return core.fail(error) }
        let pause = reconnection.failed(random: core.environment.random())
        core.intervals.schedule(after: pause) { [weak self] in self?.post(.connect) }
    }

    private func leave(_ departure: IntakeConnection<any TransportSource>.Departure) {
        let number = departure.connection
        UserTask.start(on: core.environment.executor) { [weak self] in
            await departure.source.close()
            self?.post(.left(connection: number))
        }
        core.intervals.schedule(after: Self.patience) { [weak self] in self?.post(.left(connection: number)) }
    }

    private func close(_ source: any TransportSource) {
        monitor.enter(.stopped, \.takingIn)
        UserTask.start(on: core.environment.executor) { [weak self] in
            await source.close()
            self?.post(.closed)
        }
    }
}

/// Receiving, recording, acknowledging.
extension IntakeEngine {
    private func receive(_ number: UInt64, _ source: any TransportSource, limit: Int) {
        UserTask.start(on: core.environment.executor) { [weak self] in
            let result: Result<[InboundMessage], any Error>
            do { result = .success(try await source.receive(limit: limit)) } catch { result = .failure(error) }
            self?.post(.received(connection: number, result))
        }
    }

    /// Takes in less while handlers lag too far behind.
    private func measureLag() {
        guard !connection.isEnding, let (subscription, lag) = lags.slowest() else { return }
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

    /// Records messages: each with its origin, and the places of the reader, in one commit.
    private func record(_ messages: [InboundMessage], from number: UInt64) throws {
        let now = core.environment.clock.now
        var unit = CommitUnit()
        var places: [SourcePlaceKey: Int64] = [:]
        for message in messages {
            switch recorder.decide(message, by: channel, now: now) {
            case .record(let outgoing): unit.appends.append(try core.identities.distinct(outgoing))
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

    private func acknowledge(
        _ messages: [InboundMessage], of number: UInt64, _ source: any TransportSource, asksForBacklog asks: Bool
    ) {
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

    /// A component elsewhere has said what it declares.
    ///
    /// - Returns: what has to be written.
    private func heard(_ declaration: Declaration) throws -> [StoreWrite] {
        guard declaration.start != core.start else { return [] }
        guard declaration.process != channel.process else {
            monitor.found(
                "another process calls itself '\(channel.process)' on channel '\(channel.name)'; each needs a name of "
                    + "its own: Channel(\"\(channel.name)\", over: …, as: \"…\")")
            // The other one is to hear of this one too.
            if namesakes.count < 100, namesakes.insert(declaration.start).inserted { announce(false) }
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
        let problems = remotes.problems(owners: core.catalogue.owners)
        for problem in contradictions where !problems.contains(problem) { monitor.solved(problem) }
        for problem in problems { monitor.found(problem) }
        contradictions = problems
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
