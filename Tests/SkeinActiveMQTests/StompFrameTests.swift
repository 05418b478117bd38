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
            ("MESSAGE\nnocolon\n", .headerWithoutColon("nocolon")),
            ("MESSAGE\n:value\n", .headerWithoutName),
            ("MESSAGE\na:\\t\n", .undefinedEscape(header: "\\t")),
            ("MESSAGE\na:\\\n", .undefinedEscape(header: "\\")),
            ("MESSAGE\ncontent-length:-1\n\n", .badContentLength("-1")),
            ("MESSAGE\ncontent-length:\n\n", .badContentLength("")),
            ("MESSAGE\ncontent-length:99999999999999999999\n\n", .bodyTooLarge(limit: 10, message: nil)),
            ("MESSAGE\ncontent-length:2\n\nabc\0", .missingEnd),
            ("MESSAGE\ncontent-length:11\n\n123456789012\0", .missingEnd),
            ("MESSAGE\n\n12345678901", .bodyTooLarge(limit: 10, message: nil)),
            ("MESSAGE\nmessage-id:7\n\n12345678901", .bodyTooLarge(limit: 10, message: "7")),
            ("MESSAGE\n1:\n2:\n3:\n\n", .tooManyHeaders(limit: 2, message: nil)),
            ("MESSAGE\nmessage-id:7\n2:\n3:\n\n", .tooManyHeaders(limit: 2, message: "7")),
            ("MESSAGE\na:678901234567890123456789012345678901234567", .headerTooLong(limit: 40, message: nil)),
            (
                "MESSAGE\nmessage-id:7\na:678901234567890123456789012345678901234567",
                .headerTooLong(limit: 40, message: "7")
            ),
            ("HTTP/1.1 200 OK, and so on, without an end", .lineTooLong(limit: 40)),
        ])
    func refused(text: String, error: StompSyntaxError) {
        let limits = StompFrameParser.Limits(headers: 2, line: 40, body: 10)
        #expect(throws: error) { try frames(text, limits: limits) }
    }

    @Test("come without a counted body that is too large, and those behind them come as well")
    func leftOut() throws {
        let limits = StompFrameParser.Limits(body: 10)
        let all =
            Array("MESSAGE\na:b\ncontent-length:100000\n\n".utf8) + [UInt8](repeating: 0, count: 100_000)
            + Array("\0\nMESSAGE\ncontent-length:10\n\n1234567890\0".utf8)
        var expected = StompFrame(.message, [StompFrame.Header("a", "b")], isCounted: true)
        expected.leftOutBody = StompFrame.LeftOutBody(size: 100_000, limit: 10)
        for length in [1, 7, 4096, 200_000] {
            var parser = StompFrameParser(limits: limits)
            var read: [StompFrame] = []
            for start in stride(from: 0, to: all.count, by: length) {
                parser.append(all[start..<min(all.count, start + length)])
                while let frame = try parser.next() { read.append(frame) }
                #expect(parser.bufferedBytes <= 50, "of a body that is left out nothing is kept")
            }
            #expect(read == [expected, StompFrame(.message, body: Data("1234567890".utf8))])
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
