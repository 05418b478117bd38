import SkeinCloudEvents
import Foundation
import SkeinCore
import SkeinTesting

/// Random envelopes and CloudEvents, legal and far from tidy.
extension SeededRandom {
    /// Text that an attribute may hold: quotes, percents, spaces, emoji.
    mutating func text(_ range: Range<Int> = 1..<12) -> String {
        let alphabet = Array("abcXYZ019 \"\\%/+-_.,:;{}[]äß€漢😀🏳️‍🌈=&\u{A0}\u{2028}")
        return String(many(range) { $0.pick(alphabet) })
    }

    mutating func name(_ range: Range<Int> = 1..<20) -> String {
        "x" + String(many(range) { $0.pick(Array("abcdefghijklmnopqrstuvwxyz0123456789")) })
    }

    mutating func extensions() -> [String: ExtensionValue] {
        var result: [String: ExtensionValue] = [:]
        for name in many(0..<5, { $0.name() }) {
            switch Int.random(in: 0..<4, using: &self) {
            case 0: result[name] = .boolean(chance(50))
            case 1: result[name] = .integer(Int32.random(in: .min ... .max, using: &self))
            case 2: result[name] = .string(pick(["true", "5", "", " ", "null"]))
            default: result[name] = .string(text())
            }
        }
        return result
    }

    /// Compact JSON with numbers and orders of members that no decoder would keep.
    mutating func json(depth: Int = 0) -> String {
        switch Int.random(in: 0..<(depth < 4 ? 8 : 6), using: &self) {
        case 0: return pick(["true", "false", "null"])
        case 1: return pick(["0", "-0", "1.10", "12345678901234567890.123456789", "1E+2", "1e400", "-7"])
        case 2: return pick([#""a\/b""#, #""\ud83d\ude00""#, #""\u0000""#, #""é😀""#, #""\\\"\n""#, #""\ud800""#])
        case 3: return "[]"
        case 4: return "{}"
        case 5: return String(Int.random(in: .min ... .max, using: &self))
        case 6: return "[" + many(1..<4) { $0.json(depth: depth + 1) }.joined(separator: ",") + "]"
        default:
            let members = many(1..<4) { "\"\($0.pick(["b", "a", "data", "a"]))\":\($0.json(depth: depth + 1))" }
            return "{" + members.joined(separator: ",") + "}"
        }
    }

    mutating func bytes() -> Data { Data(many(1..<40) { UInt8.random(in: 0...255, using: &$0) }) }

    /// A content type, or none, and data that may or may not be of that type.
    mutating func content() -> (type: String?, data: Data) {
        switch Int.random(in: 0..<6, using: &self) {
        case 0: (nil, bytes())
        case 1: (pick(["application/json", "text/plain", "application/avro"]), Data())
        case 2: ("application/x-protobuf; proto=\"a;b\"", bytes())
        case 3: ("application/json", bytes())
        case 4: ("text/plain;charset=utf-8", Data(text().utf8))
        default: (pick(["application/json", "application/vnd.x+json", "text/JSON; v=1"]), Data(json().utf8))
        }
    }

    mutating func time() -> Timestamp {
        let whole = Int64.random(in: -62_000_000_000...253_000_000_000, using: &self) * 1_000_000
        return Timestamp(microseconds: whole + pick([0, 250_000, Int64.random(in: 0..<1_000_000, using: &self)]))
    }

    mutating func asset() -> Asset {
        let type = text()
        return chance(50) ? .url(text() + "\n\u{7F}\u{FFFE}", type: type) : .resource(id: text(), type: type)
    }

    mutating func envelope() -> Envelope {
        let (type, data) = content()
        let id = MessageID(time: time(), random: (next(), next()))
        let kind = pick(MessageKind.allCases)
        let metadata = Envelope.Metadata(
            id: id, kind: kind, audience: kind == .event ? pick([.domain, .todo, "own audience"]) : .domain,
            name: MessageName(stringLiteral: "payment.\(name())"),
            version: SchemaVersion(UInt16.random(in: 0...3, using: &self), 65_535, UInt16(truncatingIfNeeded: next())),
            source: pick(["payment", "https://x.example/a?b#c"]), subject: chance(90) ? text() : "")
        let trace = TraceContext(random: (next(), next()), span: next())
        let withState = try? TraceContext(parent: trace.parent, state: "vendor=\(name())")
        let context = Envelope.Context(
            correlationID: chance(50) ? id : MessageID(text()), causationID: maybe { MessageID($0.text()) },
            trace: chance(30) ? nil : (chance(50) ? trace : withState), user: maybe { $0.text() },
            recipient: maybe { $0.name() }, assets: many(0..<3) { $0.asset() }, extensions: extensions())
        return Envelope(
            time: time(), metadata: metadata, context: context, payload: Payload(contentType: type ?? "", bytes: data))
    }

    /// An event of somebody else, sometimes with extensions that have the names of ours.
    mutating func foreignEvent() -> CloudEvent {
        let (type, data) = content()
        var extensions = extensions()
        if chance(30) { extensions["correlationid"] = .string(text(0..<3)) }
        if chance(30) { extensions["kind"] = pick([.string("event"), .integer(1), .string("odd")]) }
        if chance(30) { extensions["traceparent"] = .string(pick(["00-1", text()])) }
        if chance(30) { extensions["assets"] = .boolean(true) }
        let times = [
            time().description, "2018-04-05T17:31:00.123456789Z", "2018-04-05t17:31:00.5+02:00", "2016-12-31T23:59:60Z",
        ]
        return CloudEvent(
            id: text(), source: pick(["/a/b", "urn:uuid:6e8bc430-9c3a", "mailto:a@b.example", "1-555-123-4567", "?q"]),
            type: pick(["com.example.object.deleted.v2", "odd type", "x"]), subject: maybe { $0.text() },
            time: maybe { $0.pick(times) }, dataContentType: type,
            dataSchema: maybe { $0.pick(["https://s.example/v1#/A", "urn:x:1"]) }, extensions: extensions, data: data)
    }
}
