/// Puts JSON text (RFC 8259) together. Names known at compile time are written without a copy or an allocation of their
/// own, because every step of a process goes through here.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() { bytes.reserveCapacity(256) }

    /// Begins an object or an array: the whole text, an element, or the value of the last key.
    package mutating func open(_ bracket: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: bracket))
    }

    package mutating func close(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }

    package mutating func member(_ name: StaticString, _ value: Int64?) {
        guard let value else { return }
        key(name)
        bytes.append(contentsOf: String(value).utf8)
        needsComma = true
    }

    /// - Parameter isEscaped: characters to escape beside those that RFC 8259, section 7, names.
    package mutating func member(
        _ name: StaticString, _ value: String?, escaping isEscaped: ((Unicode.Scalar) -> Bool)? = nil
    ) {
        guard let value else { return }
        key(name)
        string(value, escaping: isEscaped)
        needsComma = true
    }

    /// A member whose value is an array of objects.
    package mutating func array<Element>(
        _ name: StaticString, _ elements: [Element], _ write: (inout JSONWriter, Element) -> Void
    ) {
        key(name)
        open("[")
        for element in elements {
            open("{")
            write(&self, element)
            close("}")
        }
        close("]")
    }

    /// A member whose name is known only at run time.
    package mutating func member(named name: String, _ text: String) {
        key(named: name)
        string(text)
        needsComma = true
    }

    /// A member whose value is JSON already.
    package mutating func member(named name: String, raw: some Sequence<UInt8>) {
        key(named: name)
        bytes.append(contentsOf: raw)
        needsComma = true
    }

    /// An element that is JSON already.
    package mutating func element(raw: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: raw)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    private mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func key(named name: String) {
        separate()
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func string(_ text: String, escaping isEscaped: ((Unicode.Scalar) -> Bool)? = nil) {
        bytes.append(UInt8(ascii: "\""))
        if let isEscaped {
            for scalar in text.unicodeScalars {
                if isEscaped(scalar) {
                    for unit in UTF16.encode(scalar) ?? .init() { escape(unit) }
                } else {
                    for byte in UTF8.encode(scalar) ?? .init() { append(byte) }
                }
            }
        } else {
            var text = text
            text.withUTF8 { for byte in $0 { append(byte) } }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0..<0x20:
            escape(UInt16(byte))
        default:
            bytes.append(byte)
        }
    }

    private mutating func escape(_ unit: UInt16) {
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(ascii: "u"))
        for shift in stride(from: 12, through: 0, by: -4) {
            let digit = UInt8(unit >> UInt16(shift) & 15)
            bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }
}
