#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads frames out of bytes that come in any pieces. It never looks at a byte of a line or an uncounted body twice,
/// and keeps no more than the frame that is not complete yet and the last piece.
///
/// What foreign senders write must not end the connection, because the broker would deliver it again and again. So a
/// body, a header or headers beyond the limits are passed by, as are malformed headers of a MESSAGE: the frame comes
/// without them, and the stream goes on.
struct StompFrameParser: Sendable {
    /// What one frame may take; more is left out.
    struct Limits: Hashable, Sendable {
        /// Headers in a frame. Those in ``StompFrameParser/needed`` are kept also behind so many.
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
        /// Within a header that is left out.
        case longHeader(StompFrame)
        case counted(StompFrame, length: Int)
        case uncounted(StompFrame)
        /// `rest` is what has not come yet of a counted body that is left out.
        case skippedCounted(StompFrame, rest: Int)
        /// `size` is what has come already of an uncounted body that is left out.
        case skippedUncounted(StompFrame, size: Int)
    }

    private enum Line {
        /// Without its end.
        case complete(Range<Int>)
        case incomplete
        case tooLong
    }

    /// Headers that are never left out: they say where the frame ends, and by them it is rejected. Brokers write them
    /// in any order, RabbitMQ `content-length` last, so they are kept also behind too many others. When one of them
    /// cannot be read, the stream has to end: the next frame could not be found, or this one not be rejected, and the
    /// broker would wait for an answer for ever.
    static let needed: Set<String> = ["content-length", "subscription", "message-id", "ack"]

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
        while true {
            switch phase {
            case .between:
                switch line() {
                case .incomplete: return nil
                case .tooLong: throw .lineTooLong(limit: limits.line)
                case .complete(let line):
                    guard !line.isEmpty else { continue }
                    phase = .headers(StompFrame(try command(line), isCounted: false))
                }
            case .headers(var frame):
                // The phase gives up its reference, so that appending a header copies nothing.
                phase = .between
                phase = try readHeaders(&frame)
                if case .headers = phase { return nil }
            case .longHeader(let frame):
                guard skip(to: 0x0A).isOver else { return nil }
                phase = .headers(frame)
            case .counted(var frame, let length):
                guard buffer.count - start > length else { return nil }
                frame.body = Data(buffer[start..<start + length])
                return try finished(frame, length)
            case .uncounted(var frame):
                let end = end(0)
                guard searched - start <= limits.body else {
                    phase = .skippedUncounted(frame, size: 0)
                    continue
                }
                guard let end else { return nil }
                frame.body = Data(buffer[start..<end])
                return try finished(frame, end - start)
            case .skippedCounted(let frame, let rest):
                let count = buffer.count - start
                guard count > rest else {
                    (start, searched) = (buffer.count, buffer.count)
                    phase = .skippedCounted(frame, rest: rest - count)
                    return nil
                }
                return try finished(frame, rest)
            case .skippedUncounted(var frame, let size):
                let (count, isOver) = skip(to: 0)
                guard isOver else {
                    phase = .skippedUncounted(frame, size: size + count)
                    return nil
                }
                frame.leaveOut(.body(size: size + count, limit: limits.body))
                phase = .between
                return frame
            }
        }
    }

    /// Consumes the rest of a body, and the NUL behind it.
    private mutating func finished(_ frame: StompFrame, _ length: Int) throws(StompSyntaxError) -> StompFrame {
        guard buffer[start + length] == 0 else { throw .missingEnd }
        start += length + 1
        searched = start
        phase = .between
        return frame
    }

    /// - Returns: what comes next, which is headers again if more bytes are needed.
    private mutating func readHeaders(_ frame: inout StompFrame) throws(StompSyntaxError) -> Phase {
        while true {
            switch line() {
            case .incomplete: return .headers(frame)
            case .tooLong:
                let beginning = start..<start + limits.line
                let name = Self.shown(buffer[beginning].prefix { $0 != 0x3A })
                let error = StompSyntaxError.headerTooLong(name, limit: limits.line, message: frame["message-id"])
                try leaveOut(beginning, of: &frame, .header(name, limit: limits.line), else: error)
                return .longHeader(frame)
            case .complete(let line):
                guard !line.isEmpty else { return try body(frame) }
                try read(line, into: &frame)
            }
        }
    }

    private func read(_ line: Range<Int>, into frame: inout StompFrame) throws(StompSyntaxError) {
        do throws(StompSyntaxError) {
            let header = try header(line, frame.command.isEscaped)
            if frame.headers.count < limits.headers || Self.needed.contains(header.name) && frame[header.name] == nil {
                frame.headers.append(header)
            } else {
                frame.leaveOut(.headers(limit: limits.headers))
            }
        } catch {
            guard frame.command == .message else { throw error }
            try leaveOut(line, of: &frame, .malformed(error), else: error)
        }
    }

    /// Leaves out a header of which these bytes are known, unless it is needed and its first value.
    private func leaveOut(
        _ bytes: Range<Int>, of frame: inout StompFrame, _ part: StompFrame.LeftOut, else error: StompSyntaxError
    ) throws(StompSyntaxError) {
        let name = String(decoding: buffer[bytes].prefix { $0 != 0x3A }, as: UTF8.self)
        guard !Self.needed.contains(name) || frame[name] != nil else { throw error }
        frame.leaveOut(part)
    }

    /// What follows the headers. The first `content-length` counts, and none of them is kept.
    private func body(_ frame: StompFrame) throws(StompSyntaxError) -> Phase {
        guard let text = frame["content-length"] else {
            return frame.leftOut == nil ? .uncounted(frame) : .skippedUncounted(frame, size: 0)
        }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(text) else {
            throw .badContentLength(Self.shown(text.utf8))
        }
        var frame = frame
        frame.headers.removeAll { $0.name == "content-length" }
        frame.isCounted = true
        if length > limits.body { frame.leaveOut(.body(size: length, limit: limits.body)) }
        return frame.leftOut == nil ? .counted(frame, length: length) : .skippedCounted(frame, rest: length)
    }

    /// Consumes a line, whose end may be CR LF.
    private mutating func line() -> Line {
        let found = end(0x0A)
        guard searched - start <= limits.line else { return .tooLong }
        guard var end = found else { return .incomplete }
        let begin = start
        start = end + 1
        searched = start
        if end > begin, buffer[end - 1] == 0x0D { end -= 1 }
        return .complete(begin..<end)
    }

    /// Drops what comes before a byte, and the byte itself.
    ///
    /// - Returns: how many bytes came before it, and whether it has come.
    private mutating func skip(to byte: UInt8) -> (count: Int, isOver: Bool) {
        let end = end(byte)
        let count = (end ?? buffer.count) - start
        start = end.map { $0 + 1 } ?? buffer.count
        searched = start
        return (count, end != nil)
    }

    /// Where the next such byte is, if it has come.
    private mutating func end(_ byte: UInt8) -> Int? {
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
