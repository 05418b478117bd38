#if ActiveMQ
import DequeModule
import NIOCore
import SkeinTransport
import Synchronization

/// A session on a connection: obeys the actions of a ``StompSession``, and lets asynchronous code wait for them.
///
/// Bytes come from the channel's event loop, requests from anywhere; the mutex makes one sequence of them.
final class StompConnection: Sendable {
    /// What came of requests with receipts.
    struct Answer: Sendable {
        /// The receipts that have not come.
        var missing: Set<UInt64>
        /// Why they will not come; `nil` when all have.
        var error: (any Error)?
        /// What the server said last, if the session is over.
        var failure: StompFailure?
    }

    /// Who waits for receipts. Number 0 stands for CONNECTED.
    struct Wait {
        var missing: Set<UInt64>
        var error: (any Error)?
        var continuation: CheckedContinuation<Void, Never>?

        var isOver: Bool { missing.isEmpty || error != nil }
    }

    struct State {
        var session: StompSession
        var parser: StompFrameParser
        var waits: [UInt64: Wait] = [:]
        /// Which wait a receipt belongs to.
        var owners: [UInt64: UInt64] = [:]
        var lastWait: UInt64 = 0
        /// Messages that have come and were not taken.
        var inbound: Deque<StompFrame> = []
        /// How many messages were taken and not given back.
        var inHand = 0
        /// How many messages may be taken and not given back.
        var window = 1
        /// How many messages may be here, taken or not, before nothing is read any more.
        var capacity = 1
        var receiver: CheckedContinuation<Void, Never>?
        /// Whom to tell when the session is over.
        var notice: (@Sendable () -> Void)?
        var channel: (any Channel)?
        /// Whether a read was not asked for because the connection has enough in hand.
        var isPaused = false
        /// Whether DISCONNECT is on its way: messages that come now come again to another session.
        var isLeaving = false

        var isFull: Bool { inbound.count + inHand >= capacity }
    }

    let errors: StompErrors
    let started = ContinuousClock.now
    let state: Mutex<State>

    init(_ settings: StompSession.Settings, limits: StompFrameParser.Limits, errors: StompErrors) {
        self.errors = errors
        state = Mutex(State(session: StompSession(settings), parser: StompFrameParser(limits: limits)))
    }

    /// The server, once it has accepted.
    var server: StompServer? { state.withLock { $0.session.server } }

    /// Why the connection cannot go on; `nil` while it can.
    var error: TransportError? { state.withLock { $0.session.failure }.map(errors.error) }

    /// Asks to be told when the connection cannot go on, at once if that is so already.
    func whenOver(_ notice: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            guard state.session.failure == nil else { return true }
            state.notice = notice
            return false
        }
        if isOver { notice() }
    }

    private var now: Duration { ContinuousClock.now - started }
}

/// What the channel tells.
extension StompConnection {
    /// The channel is active, or TLS is to begin.
    func opened(_ channel: any Channel) {
        act { state in
            state.channel = channel
            return state.session.opened(at: now)
        }
    }

    /// Bytes have come.
    func received(_ bytes: ByteBuffer) {
        act { state in
            state.session.receivedBytes(at: now)
            state.parser.append(bytes.readableBytesView)
            return parse(&state)
        }
    }

    /// Whether the channel is to read on. If not, the connection reads from the channel itself when there is room.
    func wantsMore() -> Bool {
        state.withLock { state in
            state.isPaused = state.isFull
            return !state.isPaused
        }
    }

    /// The channel has ended, or is to be ended.
    func lost(_ failure: StompFailure) { act { $0.session.lost(failure) } }

    /// There is room again for frames whose bytes are here.
    func resumeParsing() { act(parse) }

    /// Time has passed.
    func tick() { act { state in state.session.tick(at: now, isReading: !state.isPaused) } }

    /// Frames out of the bytes that are here, as many as there is room for.
    private func parse(_ state: inout State) -> [StompAction] {
        var actions: [StompAction] = []
        do throws(StompSyntaxError) {
            while !state.isFull, let frame = try state.parser.next() {
                let next = state.session.received(frame)
                if case .deliver(let message)? = next.first, next.count == 1 {
                    if !state.isLeaving { state.inbound.append(message) }
                } else {
                    actions += next
                }
            }
        } catch {
            actions += state.session.received(error)
        }
        return actions
    }

    /// Obeys the actions that a change of the state leads to, and wakes who waits for them.
    private func act(_ body: (inout State) -> [StompAction]) {
        var (bytes, isEnded): ([UInt8], Bool) = ([], false)
        var woken: [CheckedContinuation<Void, Never>] = []
        let (channel, notice) = state.withLock { state -> ((any Channel)?, (@Sendable () -> Void)?) in
            for action in body(&state) {
                switch action {
                case .write(let frame): bytes += StompFrameEncoder.bytes(of: frame)
                case .writeHeartBeat: bytes.append(0x0A)
                case .establish: Self.confirm(0, &state, &woken)
                case .confirm(let receipt): Self.confirm(receipt, &state, &woken)
                case .deliver(let message): state.inbound.append(message)
                case .end(let failure):
                    isEnded = true
                    end(failure, &state, &woken)
                }
            }
            if !state.inbound.isEmpty, state.inHand < state.window, let receiver = state.receiver {
                state.receiver = nil
                woken.append(receiver)
            }
            defer { if isEnded { state.notice = nil } }
            return (state.channel, isEnded ? state.notice : nil)
        }
        for continuation in woken { continuation.resume() }
        notice?()
        if let channel, !bytes.isEmpty { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
        if isEnded { channel?.close(promise: nil) }
    }

    private static func confirm(
        _ receipt: UInt64, _ state: inout State, _ woken: inout [CheckedContinuation<Void, Never>]
    ) {
        guard let owner = state.owners.removeValue(forKey: receipt) else { return }
        state.waits[owner]?.missing.remove(receipt)
        wake(owner, &state, &woken)
    }

    private func end(
        _ failure: StompFailure, _ state: inout State, _ woken: inout [CheckedContinuation<Void, Never>]
    ) {
        let error = errors.error(failure)
        for owner in state.waits.keys.sorted() {
            if state.waits[owner]?.isOver == false { state.waits[owner]?.error = error }
            Self.wake(owner, &state, &woken)
        }
        state.inbound.removeAll()
        if let receiver = state.receiver { woken.append(receiver) }
        state.receiver = nil
    }

    private static func wake(
        _ owner: UInt64, _ state: inout State, _ woken: inout [CheckedContinuation<Void, Never>]
    ) {
        guard state.waits[owner]?.isOver == true, let continuation = state.waits[owner]?.continuation else { return }
        state.waits[owner]?.continuation = nil
        woken.append(continuation)
    }
}

/// What asynchronous code asks for.
extension StompConnection {
    /// Waits until the server has accepted.
    ///
    /// - Throws: ``TransportError``; `CancellationError`.
    func establish(within timeout: Duration) async throws {
        let wait = state.withLock { state -> UInt64 in
            let wait = Self.register(&state, state.session.server == nil ? [0] : [])
            if let failure = state.session.failure { state.waits[wait]?.error = errors.error(failure) }
            return wait
        }
        let answer = await answer(to: wait, within: timeout, "CONNECT")
        if let failure = answer.failure { throw errors.opening(failure) }
        guard let error = answer.error else { return }
        throw (error as? TransportError)?.code == .timeout ? errors.opening(.silent(for: timeout)) : error
    }

    /// Writes frames with one flush, and waits for their receipts.
    ///
    /// - Parameter body: makes requests of the session; the frames are written in the order in which they are issued.
    func request(
        _ what: String, within timeout: Duration,
        _ body: (inout StompSession, (StompSession.Issued) -> Void) throws(StompFailure) -> Void
    ) async -> Answer {
        var encoder = StompFrameEncoder()
        var receipts: Set<UInt64> = []
        let (wait, channel) = state.withLock { state -> (UInt64, (any Channel)?) in
            do throws(StompFailure) {
                try body(&state.session) { issued in
                    encoder.append(issued.frame)
                    if let receipt = issued.receipt { receipts.insert(receipt) }
                }
                state.session.wrote(at: now)
                return (Self.register(&state, receipts), state.channel)
            } catch {
                // A wait that is over already, with every receipt missing.
                let wait = Self.register(&state, receipts)
                state.waits[wait]?.error = errors.error(error)
                return (wait, nil)
            }
        }
        if let channel {
            // Without receipts the writing itself is what to wait for, so that memory stays bounded.
            let written = receipts.isEmpty ? channel.eventLoop.makePromise(of: Void.self) : nil
            channel.writeAndFlush(ByteBuffer(bytes: encoder.bytes), promise: written)
            if let written { await leave(written.futureResult, within: timeout, what) }
        }
        return await answer(to: wait, within: timeout, what)
    }

    /// Waits until bytes have left; a peer that does not read them ends the session.
    private func leave(_ future: EventLoopFuture<Void>, within timeout: Duration, _ what: String) async {
        let late = errors.timeout(what, timeout)
        let guardian = future.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
            self.lost(StompFailure(.lost, "\(late)"))
        }
        do { try await future.get() } catch {
            lost(StompFailure(.lost, "the connection broke while writing \(what): \(error)"))
        }
        guardian.cancel()
    }

    private static func register(_ state: inout State, _ receipts: Set<UInt64>) -> UInt64 {
        state.lastWait += 1
        state.waits[state.lastWait] = Wait(missing: receipts)
        for receipt in receipts { state.owners[receipt] = state.lastWait }
        return state.lastWait
    }

    private func answer(to wait: UInt64, within timeout: Duration, _ what: String) async -> Answer {
        let loop = state.withLock { $0.channel?.eventLoop }
        let late = errors.timeout(what, timeout)
        let guardian = loop?.scheduleTask(in: TimeAmount(timeout)) { self.give(up: wait, late) }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.waits[wait]?.isOver == false else { return true }
                    state.waits[wait]?.continuation = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            give(up: wait, CancellationError())
        }
        guardian?.cancel()
        return state.withLock { state in
            guard let over = state.waits.removeValue(forKey: wait) else { return Answer(missing: []) }
            for receipt in over.missing { state.owners[receipt] = nil }
            return Answer(missing: over.missing, error: over.error, failure: state.session.failure)
        }
    }

    private func give(up wait: UInt64, _ error: any Error) {
        let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waits[wait]?.isOver == false else { return nil }
            state.waits[wait]?.error = error
            defer { state.waits[wait]?.continuation = nil }
            return state.waits[wait]?.continuation
        }
        continuation?.resume()
    }
}
#endif
