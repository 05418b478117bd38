/// The unique id of a message.
///
/// - A message that a client sends gets a time-ordered UUID (version 7 of RFC 9562, section 5.7).
/// - A message that follows from another gets an id that comes out the same when the work is repeated. It carries the
///   time of the first message of its chain, not its own: see ``Envelope/time`` and the position for when it happened.
/// - A foreign CloudEvent keeps its id, which is any non-empty text. If that id carries no time, the messages that
///   follow get UUIDs of version 8.
public struct MessageID: Hashable, Sendable, CustomStringConvertible {
    /// The text of the id, as it stands in stores, logs and CloudEvents.
    public let rawValue: String

    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// A UUID of version 7: 48 bits of milliseconds since 1970, then 74 bits of the given randomness.
    package init(time: Timestamp, random: (UInt64, UInt64)) {
        let milliseconds = UInt64(bitPattern: time.microseconds.dividedFloor(by: 1000)) & 0xFFFF_FFFF_FFFF
        let high = milliseconds << 16 | 0x7000 | (random.0 & 0x0FFF)
        let low = 0x8000_0000_0000_0000 | (random.1 & 0x3FFF_FFFF_FFFF_FFFF)
        rawValue = UUIDText.string(high, low)
    }

    /// The id of a message in the chain of another.
    ///
    /// - Parameters:
    ///   - first: the first message of the chain; its time becomes part of the id, if its id has one.
    ///   - bits: decide the rest of the id.
    package init(in first: MessageID, _ bits: (UInt64, UInt64)) {
        if let milliseconds = first.milliseconds {
            self.init(time: Timestamp(microseconds: milliseconds * 1000), random: bits)
        } else {
            let low = 0x8000_0000_0000_0000 | (bits.1 & 0x3FFF_FFFF_FFFF_FFFF)
            self.init(UUIDText.string(bits.0 & ~0xF000 | 0x8000, low))
        }
    }

    /// The time in the id, if it is a UUID of version 7.
    private var milliseconds: Int64? {
        let text = Array(rawValue.utf8)
        let dash = UInt8(ascii: "-")
        guard text.count == 36, text[8] == dash, text[13] == dash, text[14] == UInt8(ascii: "7") else { return nil }
        return Int64(String(decoding: text[0..<8] + text[9..<13], as: UTF8.self), radix: 16)
    }

    public var description: String { rawValue }
}

extension MessageID: Codable {
    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// Writes 128 bits in the 8-4-4-4-12 form of RFC 9562, section 4.
package enum UUIDText {
    package static func string(_ high: UInt64, _ low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var index = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[index] = 0x2D
                    index += 1
                }
                let word = nibble < 16 ? high : low
                let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - (nibble & 15) * 4)) & 0xF
                buffer[index] = value < 10 ? 0x30 + value : 0x57 + value
                index += 1
            }
            return 36
        }
    }
}

extension Int64 {
    func dividedFloor(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
