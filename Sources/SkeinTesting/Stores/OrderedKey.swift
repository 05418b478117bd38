import SkeinCore
import SkeinStorage

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A composite key as bytes whose order is the order of its parts: numbers by value, texts by their UTF-8 bytes, as in
/// SQL.
///
/// Swift's own text comparison takes different spellings of one character for equal, which no database does.
struct OrderedKey: Hashable, Comparable, Sendable {
    private(set) var bytes: [UInt8] = []

    init(_ parts: any OrderedKeyPart...) {
        bytes.reserveCapacity(48)
        for part in parts { part.append(to: &bytes) }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// After every key that begins with this one.
    var end: OrderedKey { OrderedKey(bytes: bytes + [0xFF, 0xFF, 0xFF]) }

    func followed(by key: OrderedKey) -> OrderedKey { OrderedKey(bytes: bytes + key.bytes) }

    static func < (left: OrderedKey, right: OrderedKey) -> Bool {
        let count = min(left.bytes.count, right.bytes.count)
        let order = left.bytes.withUnsafeBytes { left in
            right.bytes.withUnsafeBytes { right in
                left.baseAddress.flatMap { left in right.baseAddress.map { memcmp(left, $0, count) } } ?? 0
            }
        }
        return order == 0 ? left.bytes.count < right.bytes.count : order < 0
    }
}

/// A value that can be part of an ``OrderedKey``. Its first byte is below 0xFF.
protocol OrderedKeyPart {
    func append(to bytes: inout [UInt8])
}

extension InstanceID: OrderedKeyPart {
    func append(to bytes: inout [UInt8]) { rawValue.append(to: &bytes) }
}

extension IncidentID: OrderedKeyPart {
    func append(to bytes: inout [UInt8]) { rawValue.append(to: &bytes) }
}

extension Int64: OrderedKeyPart {
    /// A byte that keeps the value below every ``OrderedKey/end``, then the value with its sign bit turned, high byte
    /// first.
    func append(to bytes: inout [UInt8]) {
        let value = UInt64(bitPattern: self) ^ (1 << 63)
        bytes.append(1)
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}

extension String: OrderedKeyPart {
    /// The bytes, with 00 written as 00 01, then 00 00, so that no text is the beginning of another.
    func append(to bytes: inout [UInt8]) {
        for byte in utf8 {
            bytes.append(byte)
            if byte == 0 { bytes.append(1) }
        }
        bytes.append(0)
        bytes.append(0)
    }
}

extension Timestamp: OrderedKeyPart {
    func append(to bytes: inout [UInt8]) { microseconds.append(to: &bytes) }
}

extension MessageName: OrderedKeyPart {
    func append(to bytes: inout [UInt8]) { rawValue.append(to: &bytes) }
}
