import Foundation
import SkeinStorage
import Testing

@Suite("The origin of a message")
struct ChannelOriginTests {
    @Test(
        "has a text with the parts that it has",
        arguments: [
            (
                ChannelOrigin(channel: "main", topic: "payment.events", partition: 3, offset: 4711),
                "main/payment.events/3/4711"
            ),
            (ChannelOrigin(channel: "main", topic: "payment.events"), "main/payment.events/0/"),
            (ChannelOrigin(channel: "main", topic: "q", messageID: "ID:broker-1:2"), "main/q/0//ID:broker-1:2"),
            (ChannelOrigin(channel: "main", topic: "q", offset: 0, messageID: ""), "main/q/0/0/"),
            (ChannelOrigin(channel: "a/b", topic: "100%", messageID: "%2F"), "a%2Fb/100%25/0//%252F"),
            (
                ChannelOrigin(channel: "", topic: "", partition: .min, offset: .max),
                "//-9223372036854775808/9223372036854775807"
            ),
        ])
    func text(origin: ChannelOrigin, text: String) {
        #expect(origin.text == text)
        #expect(ChannelOrigin(text: text) == origin)
    }

    @Test("comes back from its text byte by byte, and no other origin has that text")
    func roundTrip() {
        let names = [
            "", "a", "/", "//", "%", "%2F", "%25", "a/0", "/\u{301}", "%\u{301}", "\u{0}", "é", "e\u{301}", "\n",
        ]
        let offsets: [Int64?] = [nil, 0, 12]
        let messageIDs: [String?] = names + [nil]
        var texts: Set<[UInt8]> = []
        var count = 0
        for (channel, topic) in names.flatMap({ channel in names.map { (channel, $0) } }) {
            for (offset, messageID) in offsets.flatMap({ offset in messageIDs.map { (offset, $0) } }) {
                let origin = ChannelOrigin(channel: channel, topic: topic, offset: offset, messageID: messageID)
                let again = ChannelOrigin(text: origin.text)
                #expect(again == origin)
                #expect(again.map { Array($0.channel.utf8) } == Array(channel.utf8))
                #expect(again.map { Array($0.topic.utf8) } == Array(topic.utf8))
                #expect(again?.messageID.map { Array($0.utf8) } == messageID.map { Array($0.utf8) })
                texts.insert(Array(origin.text.utf8))
                count += 1
            }
        }
        #expect(texts.count == count)
    }

    @Test(
        "is read strictly",
        arguments: [
            "", "main", "main/q", "main/q/0", "main/q//", "main/q/0/x", "main/q/x/", "main/q/0/1/id/more",
            "main/q/00/1", "main/q/+0/1", "main/q/0/01", "main/q/0/-0", "main/q/0/ 1", "main/q/0/1 ",
            "main/q/0/9223372036854775808", "main/q%/0/1", "main/q%2f/0/1", "main/q%20/0/1", "main/q%2/0/1",
            "main/q/0/1/%",
        ])
    func strict(text: String) {
        #expect(ChannelOrigin(text: text) == nil)
        let stored = ChannelOrigin(stored: text)
        #expect(stored.isUnknown && stored.topic == text)
        #expect(ChannelOrigin(stored: stored.text) == stored, "it stays the same when it is written again")
    }

    @Test("says in words where the message was")
    func words() {
        let origins = [
            ChannelOrigin(channel: "main", topic: "payment.events", partition: 3, offset: 4711, messageID: "x"),
            ChannelOrigin(channel: "main", topic: "q", messageID: "ID:broker-1:2"),
            ChannelOrigin(channel: "main", topic: "q"), ChannelOrigin(stored: "from\nbeyond"),
        ]
        #expect(
            origins.map { "\($0)" } == [
                "main: payment.events/3@4711", "main: q ID:broker-1:2", "main: q", "an unknown place ('from\nbeyond')",
            ])
        #expect(origins.map(\.isUnknown) == [false, false, false, true])
    }

    @Test("is JSON without what it does not have")
    func json() throws {
        let origin = ChannelOrigin(channel: "main", topic: "q", messageID: "7")
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(origin)
        #expect(
            String(decoding: json, as: UTF8.self) == #"{"channel":"main","messageID":"7","partition":0,"topic":"q"}"#)
        #expect(try JSONDecoder().decode(ChannelOrigin.self, from: json) == origin)
    }
}
