import SkeinTransport

extension KafkaConfiguration {
    /// What a client of librdkafka is made for.
    enum Role: Hashable {
        case producer(Acknowledgement, transactionalID: String?, timeout: Duration)
        /// - Parameter instance: the name of the member of the group; `nil` to read alone.
        case consumer(group: String, instance: String?)
    }

    /// Properties on which the guarantees of the adapter rest, each with the setting to use instead, or the reason.
    static let reserved: [String: String] = {
        let producer = "set it by the acknowledgement of the channel"
        let group = "set it by the name of the process and how its readers share"
        let commits = "the adapter commits what the runtime has recorded"
        let order = "order and the agreement with Java's producer rest on it"
        let time = "set it by the timeout of the sender"
        let typed = { (name: String) in "set 'KafkaConfiguration.\(name)'" }
        return [
            "bootstrap.servers": typed("servers"), "metadata.broker.list": typed("servers"),
            "acks": producer, "request.required.acks": producer, "enable.idempotence": producer,
            "transactional.id": "set it by the transactional id of the sender", "transaction.timeout.ms": time,
            "group.id": group, "group.instance.id": group, "partition.assignment.strategy": group,
            "enable.auto.commit": commits, "enable.auto.offset.store": commits, "auto.offset.reset": commits,
            "partitioner": order, "max.in.flight": order, "max.in.flight.requests.per.connection": order,
            "message.timeout.ms": time, "delivery.timeout.ms": time, "allow.auto.create.topics": typed("topicCreation"),
            "message.max.bytes": typed("maximumMessageSize"), "linger.ms": typed("linger"),
            "queue.buffering.max.ms": typed("linger"), "compression.type": typed("compression"),
            "compression.codec": typed("compression"),
            "security.protocol": typed("security"), "sasl.username": typed("security.login"),
            "sasl.password": typed("security.login"), "log.queue": "the adapter reports errors itself",
            "enable.partition.eof": "the adapter sees by it which partitions stand still",
        ]
    }()

    /// The settings for a client, in the order in which they are made; the last of a name wins.
    ///
    /// - Throws: ``TransportError`` with code `configuration` for a property that has a typed setting.
    func settings(for role: Role, clientID: String) throws(TransportError) -> [(name: String, value: String)] {
        guard !servers.isEmpty, servers.allSatisfy({ !$0.isEmpty && !$0.contains(",") }) else {
            throw TransportError(
                .configuration, "the servers \(servers) of Kafka are no list of 'host:port'; name at least one broker")
        }
        if case .create(let partitions, let replicas) = topicCreation {
            guard (1...100_000).contains(partitions), (1...1_000).contains(replicas) else {
                throw TransportError(
                    .configuration, "topics cannot be made with \(partitions) partitions and \(replicas) replicas")
            }
        }
        for name in properties.keys.sorted() {
            guard let way = Self.reserved[name] else { continue }
            throw TransportError(.configuration, "the property '\(name)' of Kafka cannot be set freely: \(way)")
        }
        var result = [
            ("bootstrap.servers", address), ("client.id", clientID),
            ("allow.auto.create.topics", topicCreation == .byBroker ? "true" : "false"),
            ("message.max.bytes", String(maximumMessageSize)), ("socket.nagle.disable", "true"),
        ]
        result += security.properties
        result += roleSettings(role)
        result += properties.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return result
    }

    private func roleSettings(_ role: Role) -> [(String, String)] {
        switch role {
        case .producer(let acknowledgement, let transactionalID, let timeout):
            return producerSettings(acknowledgement, transactionalID, timeout)
        case .consumer(let group, let instance):
            let settings = [
                ("group.id", group), ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"),
                ("enable.partition.eof", "true"),
                ("auto.offset.reset", "earliest"), ("isolation.level", "read_committed"),
                ("partition.assignment.strategy", "cooperative-sticky"), ("queued.max.messages.kbytes", "16384"),
            ]
            return settings + (instance.map { [("group.instance.id", $0)] } ?? [])
        }
    }

    private func producerSettings(
        _ acknowledgement: Acknowledgement, _ transactionalID: String?, _ timeout: Duration
    ) -> [(String, String)] {
        var settings = [
            ("partitioner", "murmur2_random"), ("linger.ms", linger.millisecondText),
            ("compression.type", compression.rawValue),
            // The sender has a deadline of its own for the whole batch: if messages ran out of time one by one, a later
            // one of a key could arrive without an earlier one.
            ("message.timeout.ms", "0"),
        ]
        switch acknowledgement {
        case _ where transactionalID != nil:
            settings += [
                ("transactional.id", transactionalID ?? ""), ("acks", "all"),
                ("transaction.timeout.ms", String(min(max(timeout.milliseconds, 1_000), 900_000))),
            ]
        case .all: settings += [("acks", "all"), ("enable.idempotence", "true")]
        // Without idempotence, only one request at a time keeps the order when one is repeated.
        case .one: settings += [("acks", "1"), ("max.in.flight", "1")]
        case .none: settings += [("acks", "0"), ("max.in.flight", "1")]
        }
        return settings
    }

    /// Whether a property holds something secret.
    static func isSecret(_ name: String) -> Bool {
        ["password", "secret", "key.pem", "oauthbearer.config", "jaas"].contains { name.contains($0) }
    }
}

extension Duration {
    /// Whole milliseconds, rounded down, in the range of librdkafka's numbers.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < 2_000_000 else { return 2_000_000_000 }
        return max(0, Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000))
    }

    /// Milliseconds with their fraction, as librdkafka reads them: "0.5".
    var millisecondText: String { String(self / .milliseconds(1)) }
}

extension KafkaConfiguration {
    /// What no error may show.
    var secrets: [String] {
        let typed = [security.login?.password, security.tls?.keyPassword].compactMap { $0 }
        return (typed + properties.filter { Self.isSecret($0.key) }.map(\.value)).filter { !$0.isEmpty }
    }
}
