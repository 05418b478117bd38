#if Kafka
import CRdKafka
import SkeinTransport
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A client of librdkafka with what every use of it needs: making it, connecting, topics.
///
/// Only the client's thread uses it, after the one that makes it.
final class KafkaClient {
    let handle: OpaquePointer
    let configuration: KafkaConfiguration
    /// What librdkafka has reported since the last success, the most telling first.
    private(set) var trouble: ClientTrouble?
    /// Topics by name, since librdkafka looks up names slowly.
    private var topics: [String: OpaquePointer] = [:]
    /// Topics that are known to be there, with their number of partitions.
    private var partitions: [String: Int32] = [:]

    /// - Parameter prepare: sets callbacks and events, before the client exists.
    /// - Throws: ``TransportError`` with code `configuration`, naming the property.
    init(
        _ configuration: KafkaConfiguration, for role: KafkaConfiguration.Role, clientID: String,
        prepare: (OpaquePointer) -> Void
    ) throws(TransportError) {
        self.configuration = configuration
        let settings = try Self.settings(configuration, for: role, clientID: clientID)
        // A log of librdkafka would go to standard error.
        rd_kafka_conf_set_log_cb(settings) { _, _, _, _ in }
        if configuration.security.tls != nil { CertificateRefusals.install(in: settings) }
        prepare(settings)
        let isProducer = if case .producer = role { true } else { false }
        var text = [CChar](repeating: 0, count: 512)
        guard let handle = rd_kafka_new(isProducer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, settings, &text, text.count)
        else {
            let code = rd_kafka_last_error()
            rd_kafka_conf_destroy(settings)
            let reason = Self.words(text, hiding: configuration)
            guard code == RD_KAFKA_RESP_ERR__INVALID_ARG else {
                throw TransportError(.broker, "the client of Kafka cannot start on this machine: \(reason)")
            }
            let way = configuration.security.way(after: reason)
            throw TransportError(.configuration, "the settings for Kafka do not go together: \(reason)\(way)")
        }
        self.handle = handle
    }

    private static func settings(
        _ configuration: KafkaConfiguration, for role: KafkaConfiguration.Role, clientID: String
    ) throws(TransportError) -> OpaquePointer {
        let list = try configuration.settings(for: role, clientID: clientID)
        guard let settings = rd_kafka_conf_new() else {
            throw TransportError(.configuration, "librdkafka gives no configuration")
        }
        var text = [CChar](repeating: 0, count: 512)
        for (name, value) in list {
            let result = rd_kafka_conf_set(settings, name, value, &text, text.count)
            guard result != RD_KAFKA_CONF_OK else { continue }
            rd_kafka_conf_destroy(settings)
            let shown = KafkaConfiguration.isSecret(name) ? "(not shown)" : "'\(value)'"
            let reason = Self.words(text, hiding: configuration)
            throw TransportError(
                .configuration, "librdkafka does not take the property '\(name)' with the value \(shown): \(reason)")
        }
        return settings
    }

    private static func words(_ text: [CChar], hiding configuration: KafkaConfiguration) -> String {
        configuration.secrets.reduce(String(buffer: text)) { $0.replacing($1, with: "…") }
    }

    /// Lets go of everything, but not of the events that are already with the application.
    ///
    /// - Parameter keepsHandle: leaves the handle of librdkafka with its threads and connections to the process. It
    ///   calls nothing of the adapter afterwards, because nobody polls it again.
    func destroy(keepsHandle: Bool = false) {
        for topic in topics.values { rd_kafka_topic_destroy(topic) }
        topics = [:]
        if !keepsHandle { rd_kafka_destroy(handle) }
        _ = CertificateRefusals.take(handle)
    }

    /// Keeps what librdkafka reports, for the error that the runtime gets. A final error stays, and "all brokers are
    /// down" does not replace the reason why one of them was lost.
    func note(_ new: ClientTrouble) {
        if let trouble, trouble.isFinal, !new.isFatal { return }
        if trouble != nil, new.code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN { return }
        if new.isInHandshake, let refusal = CertificateRefusals.take(handle) {
            trouble = ClientTrouble(refusal)
            return
        }
        var kept = ClientTrouble(
            new.code, configuration.secrets.reduce(new.reason) { $0.replacing($1, with: "…") }, isFatal: new.isFatal)
        if new.code == RD_KAFKA_RESP_ERR__AUTHENTICATION { kept.advice = scramAdvice }
        trouble = kept
    }

    /// What else may be wrong with a login by SCRAM: old versions of librdkafka write their part of the nonce twice,
    /// which Kafka 3 takes, and Kafka 4 answers as it does a wrong password.
    private var scramAdvice: String? {
        guard let mechanism = configuration.security.login?.mechanism, mechanism != .plain,
            rd_kafka_version() < 0x0206_01FF
        else { return nil }
        return "check user, password and mechanism of 'KafkaConfiguration.security.login'; if they are right, use "
            + "librdkafka 2.6.1 or later: Kafka 4 refuses \(mechanism.rawValue) by librdkafka before 2.6.1, as this is"
    }

    func forgetTrouble() { trouble = nil }

    /// Why something has taken too long.
    func overdue(_ what: String) -> TransportError {
        guard let trouble else {
            return TransportError(
                .timeout,
                "\(what) at \(configuration.address): no answer in time; check that the brokers answer, and "
                    + "whether they are overloaded")
        }
        return trouble.error(what, at: configuration.address)
    }

    /// Waits until a broker answers.
    ///
    /// - Parameter serve: lets librdkafka report what is wrong.
    func connect(until deadline: ContinuousClock.Instant, serve: () -> Void) throws(TransportError) {
        let what = "cannot connect to Kafka"
        while true {
            var metadata: UnsafePointer<rd_kafka_metadata>?
            let left = Self.milliseconds(until: deadline)
            let code = rd_kafka_metadata(handle, 0, nil, &metadata, min(left, 1_000))
            if let metadata {
                rd_kafka_metadata_destroy(metadata)
                return forgetTrouble()
            }
            serve()
            if let trouble, trouble.isFinal { throw trouble.error(what, at: configuration.address) }
            guard left > 0 else {
                throw (trouble ?? ClientTrouble(code)).error(what, at: configuration.address)
            }
        }
    }

    /// How many milliseconds are left, 0 or more.
    static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        Int32(clamping: (deadline - ContinuousClock.now).milliseconds)
    }

    /// librdkafka's object for a topic; lives as long as the client.
    func topic(_ name: String) throws(ClientTrouble) -> OpaquePointer {
        if let topic = topics[name] { return topic }
        guard let topic = rd_kafka_topic_new(handle, name, nil) else { throw ClientTrouble(rd_kafka_last_error()) }
        topics[name] = topic
        return topic
    }

    /// Whether the topic has been found before.
    func isKnown(_ topic: String) -> Bool { partitions[topic] != nil }

    /// The number of partitions of a topic, which is made if it is missing and may be.
    ///
    /// - Throws: ``ClientTrouble``, with code `unknownDestination` for a topic that is not there.
    func prepareTopic(_ name: String, until deadline: ContinuousClock.Instant) throws(ClientTrouble) -> Int32 {
        var isAsked = false
        while true {
            do throws(ClientTrouble) {
                let count = try countPartitions(of: name, until: deadline)
                partitions[name] = count
                return count
            } catch {
                let isMissing = error.kind == .unknownDestination
                let isComing = error.code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE
                switch configuration.topicCreation {
                case .create(let partitions, let replicas) where isMissing && !isAsked:
                    try create(name, partitions: partitions, replicas: replicas, until: deadline)
                    isAsked = true
                case .byBroker where isMissing || isComing: break
                case _ where isComing || isMissing && isAsked: break
                default: throw error
                }
                guard Self.milliseconds(until: deadline) > 0 else { throw error }
                usleep(20_000)
            }
        }
    }

    private func countPartitions(of name: String, until deadline: ContinuousClock.Instant) throws(ClientTrouble)
        -> Int32
    {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let left = max(Self.milliseconds(until: deadline), 1)
        try ClientTrouble.check(rd_kafka_metadata(handle, 0, topic(name), &metadata, left))
        guard let metadata else { throw ClientTrouble(RD_KAFKA_RESP_ERR__TRANSPORT) }
        defer { rd_kafka_metadata_destroy(metadata) }
        guard metadata.pointee.topic_cnt > 0 else { throw ClientTrouble(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) }
        let found = metadata.pointee.topics[0]
        try ClientTrouble.check(found.err)
        guard found.partition_cnt > 0 else { throw ClientTrouble(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) }
        return found.partition_cnt
    }

    private func create(
        _ name: String, partitions: Int, replicas: Int, until deadline: ContinuousClock.Instant
    ) throws(ClientTrouble) {
        var text = [CChar](repeating: 0, count: 512)
        var new = rd_kafka_NewTopic_new(name, Int32(clamping: partitions), Int32(clamping: replicas), &text, text.count)
        guard new != nil else { throw ClientTrouble(RD_KAFKA_RESP_ERR__INVALID_ARG, String(buffer: text)) }
        defer { rd_kafka_NewTopic_destroy(new) }
        let queue = rd_kafka_queue_new(handle)
        defer { rd_kafka_queue_destroy(queue) }
        rd_kafka_CreateTopics(handle, &new, 1, nil, queue)
        let left = max(Self.milliseconds(until: deadline), 1)
        guard let event = rd_kafka_queue_poll(queue, left) else { throw ClientTrouble(RD_KAFKA_RESP_ERR__TIMED_OUT) }
        defer { rd_kafka_event_destroy(event) }
        let code = rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw ClientTrouble(code, String(cString: rd_kafka_event_error_string(event)))
        }
        var count = 0
        guard let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
        else { return }
        for index in 0..<count {
            let code = rd_kafka_topic_result_error(results[index])
            if code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { continue }
            throw ClientTrouble(code, rd_kafka_topic_result_error_string(results[index]).map { String(cString: $0) })
        }
    }
}
#endif
