/// The position of a message in a distributed trace: W3C Trace Context, level 1, `traceparent` and `tracestate`.
public struct TraceContext: Hashable, Sendable {
    /// The 16 bytes of the trace id, not all zero.
    private let traceHigh: UInt64
    private let traceLow: UInt64
    /// The 8 bytes of the parent id, not all zero.
    private let span: UInt64
    /// The trace flags; bit 0 says that the trace is sampled.
    package let flags: UInt8
    /// The vendors' own entries, carried on as they came.
    public let state: String?

    /// Reads a `traceparent` header (section 3.2.2) and an optional `tracestate`.
    ///
    /// Headers of later versions are read by their first four fields, as section 4.2 asks.
    /// - Throws: ``MessageError`` with code `invalidTraceContext`, naming the header.
    public init(parent header: String, state: String? = nil) throws {
        var text = header
        guard let read = text.withUTF8({ Self.read($0) }) else {
            throw MessageError(.invalidTraceContext, "'\(header)' is not a W3C traceparent")
        }
        (traceHigh, traceLow, span, flags) = read
        self.state = state
    }

    private init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, flags: UInt8, state: String?) {
        (self.traceHigh, self.traceLow, self.span, self.flags) = (traceHigh, traceLow, span, flags)
        self.state = state
    }

    /// A new trace, sampled, from the given randomness.
    package init(random: (UInt64, UInt64), span: UInt64) {
        self.init(
            traceHigh: random.0 == 0 ? 1 : random.0, traceLow: random.1, span: span == 0 ? 1 : span, flags: 1,
            state: nil)
    }

    /// The same trace with another parent span.
    package func child(span: UInt64) -> TraceContext {
        TraceContext(
            traceHigh: traceHigh, traceLow: traceLow, span: span == 0 ? 1 : span, flags: flags, state: state)
    }

    /// 32 lower-case hexadecimal digits, not all zero.
    package var traceID: String { Self.text(32) { Self.write(traceHigh, traceLow, to: $0, at: 0) } }

    /// 16 lower-case hexadecimal digits, not all zero.
    package var parentID: String { Self.text(16) { Self.write(span, digits: 16, to: $0, at: 0) } }

    /// The `traceparent` header.
    public var parent: String {
        Self.text(Self.length) { bytes in
            (bytes[0], bytes[1], bytes[2]) = (0x30, 0x30, Self.hyphen)
            Self.write(traceHigh, traceLow, to: bytes, at: 3)
            bytes[35] = Self.hyphen
            Self.write(span, digits: 16, to: bytes, at: 36)
            bytes[52] = Self.hyphen
            Self.write(UInt64(flags), digits: 2, to: bytes, at: 53)
        }
    }

    /// Both headers in one text, as instances keep them.
    package var stored: String { state.map { "\(parent) \($0)" } ?? parent }

    /// Reads what ``stored`` wrote; `nil` for what it did not.
    package init?(stored text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1)
        guard let parent = parts.first,
            let read = try? TraceContext(
                parent: String(Substring(parent)), state: parts.count > 1 ? String(Substring(parts[1])) : nil)
        else { return nil }
        self = read
    }

    /// The length of a header of version 00, in bytes.
    private static let length = 55
    private static let hyphen = UInt8(ascii: "-")
}

// Digits are read and written as bytes: every message that is stored, sent or received has a header.
extension TraceContext {
    /// The fields of a header; `nil` if it is malformed.
    private static func read(
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> (traceHigh: UInt64, traceLow: UInt64, span: UInt64, flags: UInt8)? {
        guard bytes.count >= length, bytes[2] == hyphen, bytes[35] == hyphen, bytes[52] == hyphen,
            let version = number(bytes[0..<2]), version != 0xFF,
            bytes.count == length || version != 0 && bytes[length] == hyphen,
            let high = number(bytes[3..<19]), let low = number(bytes[19..<35]), high | low != 0,
            let span = number(bytes[36..<52]), span != 0, let flags = number(bytes[53..<55])
        else { return nil }
        return (high, low, span, UInt8(flags))
    }

    /// The value of lower-case hexadecimal digits, 16 at most; `nil` for anything else.
    private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt64(digit - 0x30)
            case 0x61...0x66: value = value << 4 | UInt64(digit - 0x61 + 10)
            default: return nil
            }
        }
        return value
    }

    private static func text(_ count: Int, _ write: (UnsafeMutableBufferPointer<UInt8>) -> Void) -> String {
        String(unsafeUninitializedCapacity: count) { bytes in
            write(bytes)
            return count
        }
    }

    private static func write(
        _ high: UInt64, _ low: UInt64, to bytes: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) {
        write(high, digits: 16, to: bytes, at: start)
        write(low, digits: 16, to: bytes, at: start + 16)
    }

    private static func write(
        _ value: UInt64, digits count: Int, to bytes: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) {
        for index in 0..<count {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(4 * (count - 1 - index))) & 0xF
            bytes[start + index] = digit < 10 ? 0x30 + digit : 0x61 - 10 + digit
        }
    }
}
