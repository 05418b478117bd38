import SkeinCloudEvents
import Foundation
import SkeinCore
import Testing

@Suite("CloudEvents lose nothing")
struct CloudEventRoundTripTests {
    private let receivedAt = Timestamp.epoch.advanced(by: .days(20_000))

    /// An event sent in every mode, and what arrives.
    private func transfers(_ event: CloudEvent) throws -> [CloudEvent] {
        let kafka = try event.binary(.kafka)
        return [
            try CloudEvent(json: event.json()),
            try CloudEvent(headers: event.binary(), body: event.data),
            try CloudEvent(headers: kafka, body: event.data, style: .kafka),
        ] + (try CloudEvent.batch(json: CloudEvent.json(batch: [event, event])))
    }

    @Test("an envelope comes back identical from every mode")
    func envelopes() {
        forAll { random in
            let envelope = random.envelope()
            for event in try transfers(CloudEvent(envelope)) {
                try #require(try Envelope(event, receivedAt: receivedAt) == envelope)
            }
        }
    }

    @Test("JSON data keeps the white space around it", arguments: [" 7", "7\n", "{} ", "\t[1, 2]"])
    func whiteSpace(text: String) throws {
        let event = CloudEvent(
            id: "1", source: "s", type: "t", dataContentType: "application/json", data: Data(text.utf8))
        for arrived in try transfers(event) { #expect(arrived == event) }
    }

    @Test("a foreign event comes back identical from every mode")
    func foreignEvents() {
        forAll { random in
            let event = random.foreignEvent()
            for arrived in try transfers(event) { try #require(arrived == event) }
        }
    }

    @Test("a foreign event comes back identical from an envelope")
    func foreignEnvelopes() {
        forAll { random in
            let event = random.foreignEvent()
            let envelope = try Envelope(event, receivedAt: receivedAt)
            try #require(envelope.kind == .event && envelope.metadata.audience == .domain)
            try #require(try CloudEvent(envelope) == event)
        }
    }

    @Test("writing what was read gives the same bytes")
    func bytes() {
        forAll { random in
            let event = random.chance(50) ? random.foreignEvent() : try CloudEvent(random.envelope())
            let json = try event.json()
            try #require(try CloudEvent(json: json).json() == json)
            let headers = try event.binary()
            try #require(try CloudEvent(headers: headers, body: event.data).binary() == headers)
        }
    }

    @Test("what is written is JSON by another reader, too")
    func otherReader() {
        forAll(runs: 100) { random in
            var event = random.foreignEvent()
            event.dataContentType = "application/octet-stream"
            let json = try event.json()
            let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
            try #require(object["id"] as? String == event.id)
            try #require(Data(base64Encoded: object["data_base64"] as? String ?? "") == event.data)
        }
    }

    @Test("damaged JSON is refused or read, and never crashes")
    func damage() {
        forAll(runs: 500) { random in
            var json = try CloudEvent(random.envelope()).json()
            for _ in 0..<3 where !json.isEmpty {
                let place = Int.random(in: 0..<json.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: json[place] = UInt8.random(in: 0...255, using: &random)
                case 1: json.removeSubrange(place..<json.count)
                default: json.insert(contentsOf: "\"{[,\\u".utf8, at: place)
                }
            }
            do {
                _ = try CloudEvent(json: json).json()
            } catch let error as MessageError {
                try #require(error.code == .invalidCloudEvent)
            }
        }
    }

    @Test("payload bytes written by the JSON coder stand in 'data' as they are")
    func payloadBytes() throws {
        struct Price: Codable { let amount: Decimal, currency: String }
        let bytes = try PayloadCoder.json.encode(Price(amount: Decimal(string: "19.90") ?? 0, currency: "€"))
        let event = CloudEvent(
            id: "1", source: "s", type: "t", dataContentType: "application/json", data: bytes)
        let json = String(decoding: try event.json(), as: UTF8.self)
        #expect(json.hasSuffix(#","data":{"amount":19.9,"currency":"€"}}"#))
        #expect(try CloudEvent(json: Data(json.utf8)).data == bytes)
    }
}
