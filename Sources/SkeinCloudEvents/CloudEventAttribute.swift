import SkeinMessages

/// The names of attributes that have a meaning here.
enum CloudEventAttribute {
    // The attributes of CloudEvents 1.0, section "Context Attributes".
    static let id = "id"
    static let source = "source"
    static let type = "type"
    static let specVersion = "specversion"
    static let subject = "subject"
    static let time = "time"
    static let dataContentType = "datacontenttype"
    static let dataSchema = "dataschema"
    static let data = "data"
    static let dataBase64 = "data_base64"

    /// Names that no extension may have.
    static let core: Set<String> = [
        id, source, type, specVersion, subject, time, dataContentType, dataSchema, data,
    ]

    // The extensions that carry the rest of an envelope.
    static let kind = "kind"
    static let audience = "audience"
    static let schemaVersion = "schemaversion"
    static let correlationID = "correlationid"
    static let causationID = "causationid"
    static let traceParent = "traceparent"
    static let traceState = "tracestate"
    static let userID = "userid"
    static let recipient = "recipient"
    static let assets = "assets"

    /// Names that an envelope's own extensions may not have.
    static let envelope: Set<String> = [
        kind, audience, schemaVersion, correlationID, causationID, traceParent, traceState, userID, recipient, assets,
        extensionTypes,
    ]

    /// Names the extensions of a binary message that are no strings, since a header cannot say so:
    /// `flag=boolean count=integer`.
    static let extensionTypes = "extensiontypes"

    /// What is wrong with the name of an extension (section "Naming Conventions"), or `nil` for a good one.
    static func problem(inName name: String) -> String? {
        guard !name.isEmpty else { return "has an empty name" }
        guard name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }) else {
            return "has an illegal name; use only lower-case letters and digits"
        }
        return core.contains(name) ? "has the name of a core attribute; rename the extension" : nil
    }
}

extension MessageError {
    /// An attribute that breaks a rule; the problem completes "the attribute 'x' …".
    static func cloudEvent(_ attribute: String, _ problem: String, cause: (any Error)? = nil) -> MessageError {
        MessageError(.invalidCloudEvent, "the CloudEvents attribute '\(attribute)' \(problem)", cause: cause)
    }
}
