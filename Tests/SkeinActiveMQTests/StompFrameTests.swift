import Foundation
import Testing

@testable import SkeinActiveMQ

@Suite("Frames of STOMP 1.2")
struct StompFrameTests {
    private func frames(
        _ text: String, limits: StompFrameParser.Limits = StompFrameParser.Limits()
    ) throws(StompSyntaxError) -> [StompFrame] {
        var parser = StompFrameParser(limits: limits)
        parser.append(text.utf8)
        var frames: [StompFrame] = []
        while let frame = try parser.next() { frames.append(frame) }
        return frames
    }

    private func written(_ frame: StompFrame) -> String {
        String(decoding: StompFrameEncoder.bytes(of: frame), as: UTF8.self)
    }

    @Test("are written with escapes and the length of the body")
    func written() {
        let frame = StompFrame(
            .send, [StompFrame.Header("destination", "/queue/a:b"), StompFrame.Header("k\\1", "x\r\ny")],
            body: Data("hi".utf8))
        #expect(
            written(frame) == "SEND\ndestination:/queue/a\\cb\nk\\\\1:x\\r\\ny\ncontent-length:2\n\nhi\0")
    }

    @Test("of CONNECT have no escapes, and cannot be broken in two by a header")
    func connect() {
        let frame = StompFrame(.connect, [StompFrame.Header("passcode", "a:b\\c\nx:y")])
        #expect(written(frame) == "CONNECT\npasscode:a:b\\cx:y\n\n\0")
    }

    @Test("are read with either end of line, heart-beats between them, and a colon in a value")
    func read() throws {
        let read = try frames("\n\r\n\nMESSAGE\r\na:1:2\nb\\c: c \\n\r\n\r\nbody\0\n\nRECEIPT\nreceipt-id:7\n\n\0\n")
        let message = StompFrame(
            .message, [StompFrame.Header("a", "1:2"), StompFrame.Header("b:", " c \n")], body: Data("body".utf8),
            isCounted: false)
        #expect(read == [message, StompFrame(.receipt, [StompFrame.Header("receipt-id", "7")])])
    }

    @Test("take the first of headers with one name")
    func repeated() throws {
        let read = try frames("MESSAGE\nfoo:World\nfoo:Hello\ncontent-length:1\ncontent-length:9\n\n\0\0")
        #expect(read.first?["foo"] == "World")
        #expect(read.first?.body == Data([0]))
    }

    @Test("of CONNECTED are read without escapes")
    func connected() throws {
        #expect(try frames("CONNECTED\nserver:a\\b\\c\n\n\0").first?["server"] == "a\\b\\c")
    }

    @Test(
        "are refused when they break a rule",
        arguments: [
            ("HTTP/1.1 400 Bad Request\n", StompSyntaxError.unknownCommand("HTTP/1.1 400 Bad Request")),
            ("RECEIPT\nnocolon\n", .headerWithoutColon("nocolon")),
            ("RECEIPT\n:value\n", .headerWithoutName),
            ("RECEIPT\na:\\t\n", .undefinedEscape(header: "\\t")),
            ("RECEIPT\na:\\\n", .undefinedEscape(header: "\\")),
            ("MESSAGE\nack:\\t\n", .undefinedEscape(header: "\\t")),
            ("MESSAGE\ncontent-length:-1\n\n", .badContentLength("-1")),
            ("MESSAGE\ncontent-length:\n\n", .badContentLength("")),
            ("MESSAGE\ncontent-length:99999999999999999999\n\n", .badContentLength("99999999999999999999")),
            ("MESSAGE\ncontent-length:2\n\nabc\0", .missingEnd),
            ("MESSAGE\ncontent-length:11\n\n123456789012\0", .missingEnd),
            (
                "MESSAGE\nack:890123456789012345678901234567890123456",
                .headerTooLong("ack", limit: 40, message: nil)
            ),
            (
                "MESSAGE\nmessage-id:7\ncontent-length:789012345678901234567890123456\n",
                .headerTooLong("content-length", limit: 40, message: "7")
            ),
            ("HTTP/1.1 200 OK, and so on, without an end", .lineTooLong(limit: 40)),
        ])
    func refused(text: String, error: StompSyntaxError) {
        let limits = StompFrameParser.Limits(headers: 2, line: 40, body: 10)
        #expect(throws: error) { try frames(text, limits: limits) }
    }

    /// A MESSAGE of which something is left out, with the rest of it.
    struct Oversized: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let frame: StompFrame

        init(
            _ what: String, _ text: String, _ headers: [(String, String)], isCounted: Bool = false,
            _ leftOut: StompFrame.LeftOut
        ) {
            (testDescription, self.text) = (what, "MESSAGE\n" + text)
            var frame = StompFrame(.message, headers.map { StompFrame.Header($0, $1) }, isCounted: isCounted)
            frame.leftOut = leftOut
            self.frame = frame
        }

        static let limits = StompFrameParser.Limits(headers: 4, line: 40, body: 10)
        private static let long = String(repeating: "x", count: 20_000)
        private static let nuls = String(repeating: "\0", count: 20_000)
        private static let many = String(repeating: "h:v\n", count: 5000)
        private static let four = [(String, String)](repeating: ("h", "v"), count: 4)

        static let all = [
            Oversized(
                "a counted body", "a:b\ncontent-length:20000\n\n\(nuls)\0", [("a", "b")], isCounted: true,
                .body(size: 20_000, limit: 10)),
            Oversized("an uncounted body", "a:b\n\n\(long)\0", [("a", "b")], .body(size: 20_000, limit: 10)),
            Oversized("one byte of a body", "\n12345678901\0", [], .body(size: 11, limit: 10)),
            Oversized(
                "a header", "long:\(long)\r\nack:1\ncontent-length:2\n\n\0\0\0", [("ack", "1")], isCounted: true,
                .header("long", limit: 40)),
            Oversized(
                "one byte of a header, and an uncounted body", "a:\(long.prefix(39))\n\n\(long)\0", [],
                .header("a", limit: 40)),
            Oversized(
                "a line without end of its name", "\(long)\nack:1\n\n\0", [("ack", "1")],
                .header(String(long.prefix(40)), limit: 40)),
            Oversized(
                "the second value of a header", "ack:1\nack:\(long)\n\n\0", [("ack", "1")], .header("ack", limit: 40)),
            Oversized(
                "headers, but not those of the broker behind them",
                "\(many)subscription:s\nmessage-id:7\nack:1\nack:2\ncontent-length:2\n\n\0\0\0",
                four + [("subscription", "s"), ("message-id", "7"), ("ack", "1")], isCounted: true,
                .headers(limit: 4)),
            Oversized(
                "malformed headers", "nocolon\nack:1\n:v\na:\\t\n\nbody\0", [("ack", "1")],
                .malformed(.headerWithoutColon("nocolon"))),
        ]
    }

    @Test("come without what is too large or malformed, and those behind them come as well", arguments: Oversized.all)
    func leftOut(sent: Oversized) throws {
        let all = Array((sent.text + "\nMESSAGE\n\n1234567890\0").utf8)
        for length in [1, 7, 4096, 200_000] {
            var parser = StompFrameParser(limits: Oversized.limits)
            var read: [StompFrame] = []
            for start in stride(from: 0, to: all.count, by: length) {
                parser.append(all[start..<min(all.count, start + length)])
                while let frame = try parser.next() { read.append(frame) }
                #expect(parser.bufferedBytes <= 40, "of what is left out nothing is kept")
            }
            #expect(read == [sent.frame, StompFrame(.message, body: Data("1234567890".utf8), isCounted: false)])
        }
    }

    @Test("come no more after an error, which stays the same")
    func stays() {
        var parser = StompFrameParser()
        parser.append("NO\n".utf8)
        #expect(throws: StompSyntaxError.unknownCommand("NO")) { try parser.next() }
        parser.append("RECEIPT\nreceipt-id:7\n\n\0".utf8)
        #expect(throws: StompSyntaxError.unknownCommand("NO")) { try parser.next() }
        #expect(parser.bufferedBytes == 0)
    }

    @Test("that are large are read from small pieces in one pass")
    func large() throws {
        let body = Data(repeating: 7, count: 3_000_000)
        let frame = StompFrame(.message, [StompFrame.Header("a", "b")], body: body)
        let bytes = StompFrameEncoder.bytes(of: frame)
        var parser = StompFrameParser()
        var read: [StompFrame] = []
        for start in stride(from: 0, to: bytes.count, by: 4096) {
            parser.append(bytes[start..<min(bytes.count, start + 4096)])
            if let frame = try parser.next() { read.append(frame) }
        }
        #expect(read == [frame])
    }
}
