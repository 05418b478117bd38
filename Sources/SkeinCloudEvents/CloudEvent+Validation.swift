import SkeinMessages

extension CloudEvent {
    /// Checks every rule of CloudEvents 1.0, sections "Type System" and "Context Attributes".
    ///
    /// A `dataschema` may have a fragment, which the specification's "absolute URI" leaves out and many schemas need.
    ///
    /// - Throws: ``MessageError`` with code `invalidCloudEvent`, naming the attribute.
    public func validate() throws {
        try Self.checkText(CloudEventAttribute.id, id)
        try Self.checkText(CloudEventAttribute.source, source)
        if let problem = URIReference.problem(in: source) {
            throw MessageError.cloudEvent(CloudEventAttribute.source, "is not a URI reference: \(problem)")
        }
        try Self.checkText(CloudEventAttribute.type, type)
        if let subject { try Self.checkText(CloudEventAttribute.subject, subject) }
        if let time {
            do {
                _ = try Timestamp(rfc3339: time)
            } catch {
                throw MessageError.cloudEvent(CloudEventAttribute.time, "is not in RFC 3339", cause: error)
            }
        }
        if let dataContentType, let problem = MediaType.problem(in: dataContentType) {
            throw MessageError.cloudEvent(CloudEventAttribute.dataContentType, "is not a media type: \(problem)")
        }
        if let dataSchema, let problem = URIReference.problem(inAbsolute: dataSchema) {
            throw MessageError.cloudEvent(CloudEventAttribute.dataSchema, "is not a URI: \(problem)")
        }
        // Of several bad extensions the first by name is reported.
        let bad = extensions.filter { !Self.isGood($0.key, $0.value) }.min { $0.key < $1.key }
        guard let (name, value) = bad else { return }
        if let problem = CloudEventAttribute.problem(inName: name) { throw MessageError.cloudEvent(name, problem) }
        try Self.checkCharacters(name, value.description)
    }

    private static func isGood(_ name: String, _ value: ExtensionValue) -> Bool {
        guard CloudEventAttribute.problem(inName: name) == nil else { return false }
        guard case .string(let text) = value else { return true }
        return isPrintable(text) || text.unicodeScalars.allSatisfy(isAllowed)
    }

    private static func checkText(_ attribute: String, _ text: String) throws {
        guard !text.isEmpty else { throw MessageError.cloudEvent(attribute, "is empty; it must not be") }
        try checkCharacters(attribute, text)
    }

    /// Control characters and noncharacters are not allowed in any attribute.
    private static func checkCharacters(_ attribute: String, _ text: String) throws {
        guard !isPrintable(text), let scalar = text.unicodeScalars.first(where: { !isAllowed($0) }) else { return }
        let code = String(scalar.value, radix: 16, uppercase: true)
        let padded = String(repeating: "0", count: max(0, 4 - code.utf8.count)) + code
        throw MessageError.cloudEvent(attribute, "holds the character U+\(padded), which no attribute may hold")
    }

    /// Whether a text is of visible ASCII and blanks, which are allowed; most texts are.
    private static func isPrintable(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in bytes.allSatisfy { $0 &- 0x20 < 0x5F } }
    }

    static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0xFDD0...0xFDEF: false
        default: scalar.value & 0xFFFE != 0xFFFE
        }
    }
}
