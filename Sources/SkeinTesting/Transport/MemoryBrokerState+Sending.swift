import SkeinMessages
import SkeinTransport

extension MemoryBrokerState {
    mutating func openSender(_ request: SenderRequest) throws -> Int {
        try checkRunning()
        if happens(\.failedOpening) { throw TransportError(.disconnected, "\(label): no connection, as planned") }
        let id = nextID()
        senders[id] = Sender(process: request.process, transactionalID: request.transactionalID)
        if let name = request.transactionalID {
            if let older = transactions[name]?.sender {
                let text = "another sender has the transactional id '\(name)'; give each store its own"
                endSender(older, TransportError(.fenced, "\(label): \(text)"))
            }
            transactions[name] = Transactions(place: transactions[name]?.place, sender: id)
        }
        return id
    }

    mutating func send(
        _ batch: OutboundBatch, by sender: Int, features: TransportFeatures, at time: Timestamp
    ) throws -> [SendOutcome] {
        for message in batch.messages { attempts[message.envelope.id, default: 0] += 1 }
        try checkSender(sender)
        if happens(\.disconnectedSender) {
            endSender(sender, TransportError(.disconnected, "\(label): the connection is lost, as planned"))
            try checkSender(sender)
        }
        let transactionalID = senders[sender]?.transactionalID
        try checkPlace(batch.place, transactionalID)
        var outcomes = judge(batch.messages, features)
        if transactionalID != nil, outcomes.contains(where: \.isRefused) { outcomes = outcomes.map(\.orFailed) }
        let mode = sendingFault(isTransaction: transactionalID != nil)
        if mode == .nothingStored { return try lose(outcomes) }
        if mode == .partStored { cut(&outcomes, batch.messages) }
        for (message, outcome) in zip(batch.messages, outcomes) where outcome.isAcknowledged {
            store(
                .envelope(message.envelope), key: message.envelope.subject, to: message.destination,
                replyTo: message.replyTo, isRepeated: message.isRepeated, at: time)
        }
        if let transactionalID, let place = batch.place, !outcomes.contains(where: { !$0.isAcknowledged }) {
            transactions[transactionalID]?.place = place
        }
        return mode == .outcomeLost ? try lose(outcomes) : outcomes
    }

    func committedPlace(of sender: Int) throws -> String? {
        try checkSender(sender)
        return senders[sender]?.transactionalID.flatMap { transactions[$0]?.place }
    }

    /// Lets a sender fail.
    mutating func endSender(_ id: Int, _ error: TransportError) {
        guard let sender = senders.removeValue(forKey: id) else { return }
        endings[id] = error
        if let notice = sender.notice { notices.append { notice(error) } }
    }

    /// Remembers whom to tell when a sender ends, or tells it at once.
    mutating func watchSender(_ id: Int, _ notice: @escaping @Sendable (TransportError) -> Void) {
        senders[id]?.notice = notice
        if let error = endings[id] { notices.append { notice(error) } }
    }

    mutating func closeSender(_ id: Int) { (senders[id], endings[id]) = (nil, nil) }

    private func checkSender(_ sender: Int) throws {
        guard senders[sender] != nil else {
            throw endings[sender] ?? TransportError(.closed, "\(label): the sender is closed")
        }
        try checkRunning()
    }

    private func checkPlace(_ place: String?, _ transactionalID: String?) throws {
        guard let place else { return }
        guard transactionalID != nil else {
            throw TransportError(
                .unsupported, "\(label): a batch with a place needs a sender with a transactional id; open one")
        }
        guard place.utf8.count <= 4000 else {
            throw TransportError(
                .configuration, "\(label): the place has \(place.utf8.count) bytes; at most 4,000 are allowed")
        }
    }

    /// What becomes of each message if nothing goes wrong.
    private func judge(_ messages: [OutboundMessage], _ features: TransportFeatures) -> [SendOutcome] {
        var blocked: Set<OutboundMessage.OrderingKey> = []
        return messages.map { message in
            if blocked.contains(message.orderingKey) {
                return .failed(
                    TransportError(
                        .broker,
                        "\(label): a message to \(message.destination) with the subject '\(message.envelope.subject)' "
                            + "was refused before this one, which was therefore not sent"))
            }
            guard let reason = refusalReason(for: message, features) else { return .acknowledged }
            blocked.insert(message.orderingKey)
            return .refused(reason)
        }
    }

    private func refusalReason(for message: OutboundMessage, _ features: TransportFeatures) -> TransportError? {
        if let limit = features.maximumMessageSize, message.size > limit {
            return TransportError(
                .tooLarge,
                "\(label): the message '\(message.envelope.id)' has \(message.size) bytes; the broker takes \(limit)")
        }
        if let lacking = message.lackingAbility(in: features) {
            return TransportError(
                .unsupported,
                "\(label): sending '\(message.envelope.id)' to \(message.destination) needs the ability '\(lacking)'; "
                    + "use a channel whose transport has it")
        }
        return refusal?.reason(message)
    }
}

// Faults.
extension MemoryBrokerState {
    private enum SendingFault { case none, nothingStored, partStored, outcomeLost }

    private mutating func sendingFault(isTransaction: Bool) -> SendingFault {
        if happens(\.failedSend) { return .nothingStored }
        if happens(\.lostOutcome) { return .outcomeLost }
        if happens(\.partialSend), !isTransaction { return .partStored }
        return .none
    }

    /// Lets nobody know what became of the messages that were not refused: by their outcomes, or by an error.
    private mutating func lose(_ outcomes: [SendOutcome]) throws -> [SendOutcome] {
        let error = TransportError(.timeout, "\(label): no answer, as planned")
        if draw(below: 2) == 1 { throw error }
        return outcomes.map { $0.isAcknowledged ? .failed(error) : $0 }
    }

    /// Lets some messages fail, and all behind them with the same key.
    private mutating func cut(_ outcomes: inout [SendOutcome], _ messages: [OutboundMessage]) {
        var blocked: Set<OutboundMessage.OrderingKey> = []
        for index in outcomes.indices where outcomes[index].isAcknowledged {
            if blocked.contains(messages[index].orderingKey) || draw(below: 3) == 0 {
                blocked.insert(messages[index].orderingKey)
                outcomes[index] = .failed(TransportError(.timeout, "\(label): no answer, as planned"))
            }
        }
    }
}

extension OutboundMessage {
    /// What must stay in order.
    struct OrderingKey: Hashable {
        var destination: Destination
        var subject: String
    }

    var orderingKey: OrderingKey { OrderingKey(destination: destination, subject: envelope.subject) }

    /// About what a broker would count: the payload and the texts of the envelope.
    fileprivate var size: Int {
        let texts = [envelope.id.rawValue, envelope.name.rawValue, envelope.source, envelope.subject]
        return texts.reduce(envelope.payload.bytes.count) { $0 + $1.utf8.count }
    }

    fileprivate func lackingAbility(in features: TransportFeatures) -> TransportAbility? {
        if !features.has(.direct), case .commands = destination { return .direct }
        guard !features.has(.requestReply) else { return nil }
        if case .replies = destination { return .requestReply }
        return replyTo == nil ? nil : .requestReply
    }
}

extension SendOutcome {
    var isAcknowledged: Bool {
        if case .acknowledged = self { return true }
        return false
    }

    var isRefused: Bool {
        if case .refused = self { return true }
        return false
    }

    /// The outcome in a transaction that does not take place.
    fileprivate var orFailed: SendOutcome {
        guard isAcknowledged else { return self }
        return .failed(
            TransportError(.broker, "another message of the transaction was refused, so that none of it was sent"))
    }
}
