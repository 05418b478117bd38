public import SkeinCore

// What the compiler takes where a subject is written as text, so that the macro can say how it is written. These are
// generic so that they are chosen for nothing else, and hidden from the documentation.

/// Refused: a subject is a key path, such as `\.paymentID`.
@_documentation(visibility: internal)
@attached(member, names: named(name), named(version), named(audience), named(subject), named(init))
@attached(extension, conformances: Event)
public macro Event<Text: StringProtocol>(
    _ name: String, version: String = "1.0.0", subject: Text, audience: Audience = .domain
) = #externalMacro(module: "SkeinMacrosPlugin", type: "EventMacro")

/// Refused: a subject is a key path, such as `\.paymentID`.
@_documentation(visibility: internal)
@attached(member, names: named(name), named(version), named(subject), named(init))
@attached(extension, conformances: Command)
public macro Command<Text: StringProtocol>(
    _ name: String, version: String = "1.0.0", subject: Text
) = #externalMacro(module: "SkeinMacrosPlugin", type: "CommandMacro")

/// Refused: a subject is a key path, such as `\.paymentID`.
@_documentation(visibility: internal)
@attached(member, names: named(name), named(version), named(subject), named(init))
@attached(extension, conformances: Query)
public macro Query<Text: StringProtocol>(
    _ name: String, version: String = "1.0.0", subject: Text
) = #externalMacro(module: "SkeinMacrosPlugin", type: "QueryMacro")

/// Refused: a subject is a key path, such as `\.paymentID`.
@_documentation(visibility: internal)
@attached(member, names: named(name), named(version), named(subject), named(Answer), named(init))
@attached(extension, conformances: Query)
public macro Query<Answer: Document, Text: StringProtocol>(
    _ name: String, answer: Answer.Type, version: String = "1.0.0", subject: Text
) = #externalMacro(module: "SkeinMacrosPlugin", type: "QueryMacro")

/// Refused: a subject is a key path, such as `\.paymentID`.
@_documentation(visibility: internal)
@attached(member, names: named(name), named(version), named(subject), named(init))
@attached(extension, conformances: Document)
public macro Document<Text: StringProtocol>(
    _ name: String, version: String = "1.0.0", subject: Text
) = #externalMacro(module: "SkeinMacrosPlugin", type: "DocumentMacro")
