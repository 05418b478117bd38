/// The position of a message in a distributed trace: W3C Trace Context, level 1, `traceparent` and `tracestate`.
public struct TraceContext: Hashable, Sendable {
    /// 32 lower-case hexadecimal digits, not all zero.
    package let traceID: String
    /// 16 lower-case hexadecimal digits, not all zero.
    package let parentID: String
    /// The trace flags; bit 0 says that the trace is sampled.
    package let flags: UInt8
    /// The vendors' own entries, carried on as they came.
    public let state: String?

    /// Reads a `traceparent` header (section 3.2.2) and an optional `tracestate`.
    ///
    /// Headers of later versions are read by their first four fields, as section 4.2 asks.
    /// - Throws: ``MessageError`` with code `invalidTraceContext`, naming the header.
    public init(parent header: String, state: String? = nil) throws {
        let fields = header.split(separator: "-", omittingEmptySubsequences: false)
        guard
            fields.count >= 4, Self.isHex(fields[0], 2), fields[0] != "ff", fields[0] != "00" || fields.count == 4,
            Self.isHex(fields[1], 32), fields[1].contains(where: { $0 != "0" }),
            Self.isHex(fields[2], 16), fields[2].contains(where: { $0 != "0" }),
            Self.isHex(fields[3], 2), let flags = UInt8(fields[3], radix: 16)
        else {
            throw MessageError(.invalidTraceContext, "'\(header)' is not a W3C traceparent")
        }
        (traceID, parentID, self.flags, self.state) = (String(fields[1]), String(fields[2]), flags, state)
    }

    init(traceID: String, parentID: String, flags: UInt8, state: String?) {
        (self.traceID, self.parentID, self.flags, self.state) = (traceID, parentID, flags, state)
    }

    /// A new trace, sampled, from the given randomness.
    package init(random: (UInt64, UInt64), span: UInt64) {
        traceID = Self.hex(random.0 == 0 ? 1 : random.0) + Self.hex(random.1)
        parentID = Self.hex(span == 0 ? 1 : span)
        flags = 1
        state = nil
    }

    /// The same trace with another parent span.
    package func child(span: UInt64) -> TraceContext {
        TraceContext(traceID: traceID, parentID: Self.hex(span == 0 ? 1 : span), flags: flags, state: state)
    }

    /// The `traceparent` header.
    public var parent: String {
        let digits = String(flags, radix: 16)
        return "00-\(traceID)-\(parentID)-\(digits.utf8.count < 2 ? "0" + digits : digits)"
    }

    /// Both headers in one text, as instances keep them.
    package var stored: String { state.map { "\(parent) \($0)" } ?? parent }

    /// Reads what ``stored`` wrote; `nil` for what it did not.
    package init?(stored text: String) {
        let parts = text.split(separator: " ", maxSplits: 1)
        guard let parent = parts.first,
            let read = try? TraceContext(
                parent: String(parent), state: parts.count > 1 ? String(parts[1]) : nil)
        else { return nil }
        self = read
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    private static func isHex(_ text: Substring, _ count: Int) -> Bool {
        text.utf8.count == count && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
