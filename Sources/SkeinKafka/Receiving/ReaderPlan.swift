import SkeinTransport

/// What one consumer reads: the subscriptions of a source that have the same name for the broker.
struct ReaderPlan: Hashable {
    /// The consumer group.
    var group: String
    /// Whether the broker keeps how far the reader has got.
    var keepsPlaces: Bool
    /// The member of the group; `nil` for a reader that takes all partitions.
    var member: String?
    /// By topic.
    var subscriptions: [String: SourceSubscription]

    /// The readers that a source needs.
    ///
    /// - Throws: ``TransportError`` with code `configuration` when the rule gives two destinations one topic.
    static func plans(
        for request: SourceRequest, topics rule: (Destination) -> String
    ) throws(TransportError) -> [ReaderPlan] {
        guard !request.subscriptions.isEmpty else {
            throw TransportError(.configuration, "the source of \(request.process) has no subscriptions; give it one")
        }
        var member: String?
        if case .group(let name) = request.sharing { member = name }
        var plans: [ReaderPlan] = []
        var taken: [String: Destination] = [:]
        for subscription in request.subscriptions {
            let topic = try KafkaTopics.topic(of: subscription.destination, by: rule)
            if let other = taken.updateValue(subscription.destination, forKey: topic) {
                throw TransportError(
                    .configuration,
                    "the topic '\(topic)' stands for \(other) and for \(subscription.destination); "
                        + "let the rule 'topics' give each its own")
            }
            let isKept = subscription.destination != .catalogue
            let group = isKept ? subscription.reader(of: request.process) : "\(request.process).catalogue"
            let index = plans.firstIndex { $0.group == group && $0.keepsPlaces == isKept } ?? plans.endIndex
            if index == plans.endIndex {
                plans.append(
                    ReaderPlan(group: group, keepsPlaces: isKept, member: isKept ? member : nil, subscriptions: [:]))
            }
            plans[index].subscriptions[topic] = subscription
        }
        return plans
    }
}
