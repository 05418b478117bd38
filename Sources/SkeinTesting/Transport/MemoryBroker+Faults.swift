public import SkeinTransport

extension MemoryBroker {
    /// What goes wrong at a broker, each with its probability from 0, never, to 1, always.
    ///
    /// All of it is within the contract of `Transport`: nothing that was acknowledged to its sender is lost, and the
    /// messages of a key come for the first time in the order of sending.
    public struct Faults: Sendable, Hashable {
        /// Opening a sender or source throws `disconnected`.
        public var failedOpening = 0.0
        /// A batch is not stored: its outcomes, or an error, say that nobody knows.
        public var failedSend = 0.0
        /// A batch is stored: its outcomes, or an error, say that nobody knows.
        public var lostOutcome = 0.0
        /// Some messages of a batch are not stored, and none of their keys behind them. Not in transactions.
        public var partialSend = 0.0
        /// `send` throws `disconnected`, with nothing stored, and the sender is of no more use.
        public var disconnectedSender = 0.0
        /// `receive` or `acknowledge` throws `disconnected`, and the source is of no more use. What was acknowledged in
        /// that call stays so.
        public var disconnectedSource = 0.0
        /// A message that has come to the source comes once more, though it may be acknowledged. Drawn for each
        /// message that is received.
        public var repeatedDelivery = 0.0
        /// The next message is not the one that was stored first: of another partition or, where messages have no
        /// places, of another key. Drawn for each message that is received.
        public var reordering = 0.0
        /// An acknowledgement has no effect, and the message comes again. Drawn for each message.
        public var lostAcknowledgement = 0.0
        /// The partitions of groups change their owners before a `receive`.
        public var rebalance = 0.0

        /// Nothing goes wrong.
        public init() {}

        /// Everything goes wrong now and then: about every twentieth time, connections every fiftieth.
        public static var stormy: Faults {
            var faults = Faults()
            (faults.failedOpening, faults.failedSend, faults.lostOutcome) = (0.1, 0.05, 0.05)
            (faults.partialSend, faults.disconnectedSender, faults.disconnectedSource) = (0.1, 0.02, 0.02)
            (faults.repeatedDelivery, faults.reordering, faults.lostAcknowledgement) = (0.05, 0.2, 0.05)
            faults.rebalance = 0.02
            return faults
        }
    }

    /// Lets things go wrong from now on.
    ///
    /// - Parameter seed: decides when; equal seeds and equal calls give equal faults.
    public func suffer(_ faults: Faults, seed: UInt64) {
        change { $0.weather = .init(faults: faults, random: SeededRandom(seed: seed)) }
    }

    /// Lets nothing go wrong any more; what is stopped, lost or refused stays so.
    public func calm() { change { $0.weather = nil } }

    /// Lets the broker refuse messages for good.
    ///
    /// - Parameter reason: the reason for a message, `nil` for one that it takes. It must not call the broker. `nil`
    ///   instead of a function ends the refusals.
    public func refuse(_ reason: (@Sendable (OutboundMessage) -> TransportError?)?) {
        change { $0.refusal = reason.map { .init(reason: $0) } }
    }

    /// Ends all connections, and lets new ones fail with `disconnected` until ``start()``. What is stored stays, with
    /// what readers have acknowledged and the places of transactions.
    public func stop() {
        change { state in
            state.isStopped = true
            let error = TransportError(.disconnected, "\(state.label): the broker has been stopped")
            state.disconnect(with: error) { _ in true }
        }
    }

    /// Lets connections be opened again after ``stop()``.
    public func start() { change { $0.isStopped = false } }

    /// Ends all connections of a process with `disconnected`, as when it is killed. Without this, a source of a dead
    /// process keeps its partitions until another one replaces it.
    public func disconnectAll(of process: String) {
        change { state in
            state.disconnect(with: TransportError(.disconnected, "\(state.label): '\(process)' is cut off")) {
                $0 == process
            }
        }
    }

    /// Moves the partitions of all groups to their next members. What they have in hand comes again to the new owners.
    public func rebalance() { change { $0.rebalanceGroups() } }
}

extension MemoryBrokerState {
    fileprivate mutating func disconnect(with error: TransportError, _ isMeant: (_ process: String) -> Bool) {
        for (id, source) in sources.sorted(by: { $0.key < $1.key }) where isMeant(source.request.process) {
            end(id, error)
        }
        for (id, sender) in senders.sorted(by: { $0.key < $1.key }) where isMeant(sender.process) {
            endSender(id, error)
        }
    }
}
