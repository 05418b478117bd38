#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads frames out of bytes that come in any pieces. It never looks at a byte of a line or an uncounted body twice,
/// and keeps no more than the frame that is not complete yet and the last piece. A counted body beyond the limit is
/// passed by: the frame comes without it, and the stream goes on.
struct StompFrameParser: Sendable {
    /// What one frame may take; more ends the stream, unless it is a counted body.
    struct Limits: Hashable, Sendable {
        /// Headers in a frame.
        var headers = 1000
        /// Bytes of a line, as they travel.
        var line = 65_536
        /// Bytes of a body.
        var body = 104_857_600
    }

    private enum Phase {
        /// Ends of lines are heart-beats, or fill the room between frames.
        case between
        case headers(StompFrame)
        case counted(StompFrame, length: Int)
        /// `rest` is what has not come yet of a body that is left out.
        case leftOut(StompFrame, rest: Int)
        case uncounted(StompFrame)
    }

    let limits: Limits
    private var phase = Phase.between
    private var buffer: [UInt8] = []
    /// The first byte that no token has consumed.
    private var start = 0
    /// The first byte that the search for an end has not seen.
    private var searched = 0
    private var failure: StompSyntaxError?

    init(limits: Limits = Limits()) { self.limits = limits }

    /// How many bytes it keeps.
    var bufferedBytes: Int { buffer.count - start }

    /// Takes the next piece of the stream.
    mutating func append(_ bytes: some Sequence<UInt8>) {
        guard failure == nil else { return }
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 1_048_576)
            (start, searched) = (0, 0)
        } else if start > 65_536, start > buffer.count / 2 {
            buffer.removeSubrange(..<start)
            (start, searched) = (0, searched - start)
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next frame; `nil` when more bytes are needed. After an error it throws the same one again.
    mutating func next() throws(StompSyntaxError) -> StompFrame? {
        if let failure { throw failure }
        do {
            return try advance()
        } catch {
            failure = error
            (buffer, start, searched) = ([], 0, 0)
            throw error
        }
    }

    private mutating func advance() throws(StompSyntaxError) -> StompFrame? {
        let limits = limits
        while true {
            switch phase {
            case .between:
                guard let line = try line(else: .lineTooLong(limit: limits.line)) else { return nil }
                guard !line.isEmpty else { continue }
                phase = .headers(StompFrame(try command(line), isCounted: false))
            case .headers(var frame):
                // The phase gives up its reference, so that appending a header copies nothing.
                phase = .between
                guard try readHeaders(&frame) else {
                    phase = .headers(frame)
                    return nil
                }
                phase = try body(frame)
            case .counted(var frame, let length):
                guard buffer.count - start > length else { return nil }
                guard buffer[start + length] == 0 else { throw .missingEnd }
                frame.body = Data(buffer[start..<start + length])
                return finished(frame, length)
            case .leftOut(let frame, let rest):
                let count = buffer.count - start
                guard count > rest else {
                    (start, searched) = (buffer.count, buffer.count)
                    phase = .leftOut(frame, rest: rest - count)
                    return nil
                }
                guard buffer[start + rest] == 0 else { throw .missingEnd }
                return finished(frame, rest)
            case .uncounted(var frame):
                guard
                    let end = try end(
                        of: limits.body, byte: 0,
                        else: .bodyTooLarge(limit: limits.body, message: frame["message-id"]))
                else { return nil }
                frame.body = Data(buffer[start..<end])
                return finished(frame, end - start)
            }
        }
    }

    private mutating func finished(_ frame: StompFrame, _ length: Int) -> StompFrame {
        start += length + 1
        searched = start
        phase = .between
        return frame
    }

    /// - Returns: whether the empty line has come that ends the headers.
    private mutating func readHeaders(_ frame: inout StompFrame) throws(StompSyntaxError) -> Bool {
        let limits = limits
        while let line = try line(else: .headerTooLong(limit: limits.line, message: frame["message-id"])) {
            guard !line.isEmpty else { return true }
            guard frame.headers.count < limits.headers else {
                throw .tooManyHeaders(limit: limits.headers, message: frame["message-id"])
            }
            frame.headers.append(try header(line, frame.command.isEscaped))
        }
        return false
    }

    /// What follows the headers. The first `content-length` counts, and none of them is kept.
    private func body(_ frame: StompFrame) throws(StompSyntaxError) -> Phase {
        guard let text = frame["content-length"] else { return .uncounted(frame) }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .badContentLength(Self.shown(text.utf8))
        }
        guard let length = Int(text) else {
            throw .bodyTooLarge(limit: limits.body, message: frame["message-id"])
        }
        var frame = frame
        frame.headers.removeAll { $0.name == "content-length" }
        frame.isCounted = true
        guard length <= limits.body else {
            frame.leftOutBody = StompFrame.LeftOutBody(size: length, limit: limits.body)
            return .leftOut(frame, rest: length)
        }
        return .counted(frame, length: length)
    }

    /// Consumes a line; without its end, which may be CR LF.
    private mutating func line(
        else excess: @autoclosure () -> StompSyntaxError
    ) throws(StompSyntaxError) -> Range<Int>? {
        guard var end = try end(of: limits.line, byte: 0x0A, else: excess()) else { return nil }
        let begin = start
        start = end + 1
        searched = start
        if end > begin, buffer[end - 1] == 0x0D { end -= 1 }
        return begin..<end
    }

    /// Where the next byte of a value is, which may be at most `limit` bytes away.
    private mutating func end(
        of limit: Int, byte: UInt8, else error: @autoclosure () -> StompSyntaxError
    ) throws(StompSyntaxError) -> Int? {
        let from = searched
        let found = buffer.withUnsafeBufferPointer { bytes -> Int? in
            var index = from
            while index < bytes.count {
                if bytes[index] == byte { return index }
                index += 1
            }
            return nil
        }
        searched = found ?? buffer.count
        guard searched - start <= limit else { throw error() }
        return found
    }

    private func command(_ line: Range<Int>) throws(StompSyntaxError) -> StompCommand {
        let text = String(decoding: buffer[line], as: UTF8.self)
        guard let command = StompCommand(rawValue: text) else { throw .unknownCommand(Self.shown(buffer[line])) }
        return command
    }

    private func header(_ line: Range<Int>, _ isEscaped: Bool) throws(StompSyntaxError) -> StompFrame.Header {
        let bytes = buffer[line]
        guard let colon = bytes.firstIndex(of: 0x3A) else { throw .headerWithoutColon(Self.shown(bytes)) }
        guard colon > line.lowerBound else { throw .headerWithoutName }
        return StompFrame.Header(
            try text(bytes[..<colon], isEscaped), try text(bytes[(colon + 1)...], isEscaped))
    }

    /// Text that is no UTF-8 is repaired: a broker passes on what foreign senders write, and no header of theirs may
    /// end the connection again and again.
    private func text(_ bytes: ArraySlice<UInt8>, _ isEscaped: Bool) throws(StompSyntaxError) -> String {
        guard isEscaped, bytes.contains(0x5C) else { return String(decoding: bytes, as: UTF8.self) }
        var (plain, rest): ([UInt8], ArraySlice<UInt8>) = ([], bytes)
        plain.reserveCapacity(bytes.count)
        while let byte = rest.popFirst() {
            guard byte == 0x5C else {
                plain.append(byte)
                continue
            }
            switch rest.popFirst() {
            case 0x6E: plain.append(0x0A)
            case 0x72: plain.append(0x0D)
            case 0x63: plain.append(0x3A)
            case 0x5C: plain.append(0x5C)
            default: throw .undefinedEscape(header: Self.shown(bytes))
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }

    /// The beginning of what came, for errors.
    private static func shown(_ bytes: some Sequence<UInt8>) -> String {
        let printable = bytes.prefix(60).map { (0x20...0x7E).contains($0) ? $0 : 0x2E }
        return String(decoding: printable, as: UTF8.self)
    }
}
