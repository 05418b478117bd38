/// Where a message comes from that was not written here: the channel that brought it, and its place at the broker.
///
/// A message that was written here has none. By that a relay tells what it has to forward.
public struct ChannelOrigin: Sendable {
    private struct Fields: Hashable, Codable {
        var channel: String
        var topic: String
        var partition: Int
        var offset: Int64?
        var messageID: String?
    }

    private final class Box: Sendable {
        let fields: Fields
        init(_ fields: Fields) { self.fields = fields }
    }

    /// One reference: every message in memory has room for an origin, and few have one.
    private let box: Box

    /// The channel that brought the message; empty for an unknown place, see ``init(stored:)``.
    public var channel: String { box.fields.channel }
    /// The name of the topic or queue, as the broker has it.
    public var topic: String { box.fields.topic }
    /// The partition; 0 where there is only one.
    public var partition: Int { box.fields.partition }
    /// The place in the partition (Kafka's offset), 0 or more; `nil` for brokers without places.
    public var offset: Int64? { box.fields.offset }
    /// The broker's own id for the message; `nil` for brokers without.
    public var messageID: String? { box.fields.messageID }

    public init(channel: String, topic: String, partition: Int = 0, offset: Int64? = nil, messageID: String? = nil) {
        box = Box(
            Fields(channel: channel, topic: topic, partition: partition, offset: offset, messageID: messageID))
    }
}

extension ChannelOrigin {
    /// What stands for requests, over HTTP, where an origin names a channel; no channel has this name. The topic says
    /// who brought the message.
    package static let request = "http"
}

extension ChannelOrigin? {
    /// Whether the message is one of this log's own: it was written here, or a request brought it. Channels forward
    /// only such ones.
    package var isOwn: Bool { self.map { $0.channel == ChannelOrigin.request } ?? true }
}

extension ChannelOrigin: Hashable {
    public static func == (left: ChannelOrigin, right: ChannelOrigin) -> Bool {
        left.box === right.box || left.box.fields == right.box.fields
    }

    public func hash(into hasher: inout Hasher) { box.fields.hash(into: &hasher) }
}

extension ChannelOrigin: Codable {
    public init(from decoder: any Decoder) throws { box = Box(try Fields(from: decoder)) }

    public func encode(to encoder: any Encoder) throws { try box.fields.encode(to: encoder) }
}

extension ChannelOrigin: CustomStringConvertible {
    /// For people: "main: payment.events/3@4711", or "main: payment.events ID:broker-1:2".
    public var description: String {
        if isUnknown { return "an unknown place ('\(topic)')" }
        if let offset { return "\(channel): \(topic)/\(partition)@\(offset)" }
        return "\(channel): \(topic)\(messageID.map { " \($0)" } ?? "")"
    }
}

// The text in a store.
extension ChannelOrigin {
    /// The form in which a store keeps the origin: `channel/topic/partition/offset`, with `/messageID` behind it where
    /// there is one, such as `main/payment.events/3/4711`.
    ///
    /// A missing offset is empty, and in names `%` and `/` are written `%25` and `%2F`. So different origins have
    /// different texts, whatever characters their names have.
    public var text: String {
        let text =
            "\(Self.escaped(channel))/\(Self.escaped(topic))/\(partition)/\(offset.map { String($0) } ?? "")"
        return messageID.map { "\(text)/\(Self.escaped($0))" } ?? text
    }

    /// Reads what ``text`` gives; `nil` for every other text.
    public init?(text: String) {
        let parts = text.utf8.split(separator: Self.slash, omittingEmptySubsequences: false)
        guard parts.count == 4 || parts.count == 5 else { return nil }
        guard let channel = Self.name(parts[0]), let topic = Self.name(parts[1]) else { return nil }
        guard let partition: Int = Self.number(parts[2]) else { return nil }
        let offset: Int64? = Self.number(parts[3])
        guard offset != nil || parts[3].isEmpty else { return nil }
        let messageID = parts.count == 5 ? Self.name(parts[4]) : nil
        guard messageID != nil || parts.count == 4 else { return nil }
        self.init(channel: channel, topic: topic, partition: partition, offset: offset, messageID: messageID)
    }

    /// Reads what a store holds. A text that ``init(text:)`` does not take gives an origin of an unknown place, without
    /// a channel and with the text as its topic: the message still counts as one that was not written here.
    public init(stored text: String) {
        self = ChannelOrigin(text: text) ?? ChannelOrigin(channel: "", topic: text)
    }

    /// Whether the store holds a text that is no origin. No channel has an empty name.
    public var isUnknown: Bool { channel.isEmpty }

    private static let slash = UInt8(ascii: "/")
    private static let percent = UInt8(ascii: "%")

    /// Looks at bytes: a slash with a combining character behind it is another `Character` than a slash.
    private static func escaped(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == slash || $0 == percent }) else { return name }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count + 8)
        for byte in name.utf8 {
            switch byte {
            case slash: bytes += Array("%2F".utf8)
            case percent: bytes += Array("%25".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func name(_ part: Substring.UTF8View) -> String? {
        guard part.contains(percent) else { return String(part) }
        var bytes: [UInt8] = []
        var rest = part
        while let byte = rest.popFirst() {
            guard byte == percent else {
                bytes.append(byte)
                continue
            }
            if rest.starts(with: "25".utf8) {
                bytes.append(percent)
            } else if rest.starts(with: "2F".utf8) {
                bytes.append(slash)
            } else {
                return nil
            }
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Digits as `String` writes them, so that each number has one text.
    private static func number<Number: FixedWidthInteger & LosslessStringConvertible>(
        _ part: Substring.UTF8View
    ) -> Number? {
        guard let text = String(part), let number = Number(text), String(number) == text else { return nil }
        return number
    }
}
