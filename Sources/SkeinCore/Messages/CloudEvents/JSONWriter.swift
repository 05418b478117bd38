#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Puts JSON text together from members that may be raw JSON themselves.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    mutating func open(_ bracket: Character) {
        bytes.append(contentsOf: String(bracket).utf8)
        isFirst = true
    }

    mutating func close(_ bracket: Character) {
        bytes.append(contentsOf: String(bracket).utf8)
        isFirst = false
    }

    mutating func member(_ name: String, _ text: String) {
        begin(name)
        bytes.append(contentsOf: Self.quoted(text))
    }

    mutating func member(_ name: String, raw: some Sequence<UInt8>) {
        begin(name)
        bytes.append(contentsOf: raw)
    }

    mutating func element(raw: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: raw)
    }

    private mutating func begin(_ name: String) {
        separate()
        bytes.append(contentsOf: Self.quoted(name))
        bytes.append(0x3A)
    }

    private mutating func separate() {
        if !isFirst { bytes.append(0x2C) }
        isFirst = false
    }

    /// A string with quotes. Escapes what RFC 8259, section 7, asks for, and whatever `escaping` says beside.
    static func quoted(_ text: String, escaping: (Unicode.Scalar) -> Bool = { _ in false }) -> [UInt8] {
        var bytes: [UInt8] = [0x22]
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C: bytes += [0x5C, UInt8(scalar.value)]
            case _ where scalar.value < 0x20 || escaping(scalar):
                for unit in UTF16.encode(scalar) ?? .init() {
                    let digits = String(unit, radix: 16)
                    bytes +=
                        Array("\\u".utf8) + Array(repeating: 0x30, count: 4 - digits.utf8.count) + Array(digits.utf8)
                }
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? .init())
            }
        }
        bytes.append(0x22)
        return bytes
    }
}
