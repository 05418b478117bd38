@_exported public import SkeinCore

/// Makes a struct or an enum an `Event`: a fact in the past.
///
/// ```swift
/// @Event("payment.received", version: "1.2.0", subject: \.paymentID)
/// public struct PaymentReceived {
///     public let paymentID: String
///     public let amount: Int
///     public let note: String?
/// }
/// ```
///
/// writes what stands here by hand, with the access level of the type:
///
/// ```swift
/// extension PaymentReceived: Event {
///     public static let name: MessageName = "payment.received"
///     public static let version: SchemaVersion = "1.2.0"
///     public var subject: String? { paymentID }
///
///     public init(paymentID: String, amount: Int, note: String? = nil) {
///         self.paymentID = paymentID
///         self.amount = amount
///         self.note = note
///     }
/// }
/// ```
///
/// A member whose argument is left out is not written: the protocol's default holds, or what the body declares.
///
/// The initializer of a struct takes its stored properties in order. A variable may be left out where its declaration
/// has a value, and an optional where it is `nil`. It is not written where the body has an initializer (other than
/// `init(from:)`); further ones belong into an extension. A `private` variable with a value is no parameter.
///
/// The build fails at an argument when the name or the version is malformed or is not a plain string literal, when the
/// subject is not a `String` property in the body of the type, or when the body declares a member that an argument
/// stands for. It fails at the type for classes, actors and generic types, and for a type that is of another kind
/// already. It fails at a property of a public struct that the initializer cannot set: one inside `#if`, one of
/// several in a tuple, and one whose type is inferred from anything but a literal.
///
/// - Parameters:
///   - name: The name, `component.name`, in the grammar of `MessageName`.
///   - version: `major.minor.patch`, each from 0 to 65,535.
///   - subject: The property that is the ordering key, such as `\.paymentID`. For a key of another type or one made
///     of several properties, leave this out and write `var subject: String? { … }` in the body.
///   - audience: For whom the event is meant: one of the named audiences, such as `.todo`, or a string literal.
@attached(member, names: named(name), named(version), named(audience), named(subject), named(init))
@attached(extension, conformances: Event)
public macro Event(
    _ name: String, version: String = "1.0.0", subject: SubjectKeyPath? = nil,
    audience: Audience = .domain
) = #externalMacro(module: "SkeinMacrosPlugin", type: "EventMacro")

/// Makes a struct or an enum a `Command`: an intent with exactly one owner.
///
/// ```swift
/// @Command("payment.charge", subject: \.paymentID)
/// struct Charge {
///     let paymentID: String
/// }
/// ```
///
/// Arguments, written members and errors are those of ``Event(_:version:subject:audience:)``; a command has no
/// audience.
@attached(member, names: named(name), named(version), named(subject), named(init))
@attached(extension, conformances: Command)
public macro Command(
    _ name: String, version: String = "1.0.0", subject: SubjectKeyPath? = nil
) = #externalMacro(module: "SkeinMacrosPlugin", type: "CommandMacro")

/// Makes a struct or an enum a `Query`: a question that is answered with a document.
///
/// ```swift
/// @Query("account.balance", answer: Balance.self, subject: \.accountID)
/// struct AskBalance {
///     let accountID: String
/// }
/// ```
///
/// Writes what ``Event(_:version:subject:audience:)`` writes, without an audience, and `typealias Answer = Balance`.
/// The build fails for the same reasons, for an answer that is no `Document`, and for a type that declares an
/// `Answer` in its body too.
///
/// - Parameter answer: The document that the owner of the query answers with. It may not be nested in the query (the
///   compiler speaks of a circular reference then): such a document is called `Answer`, and the argument is left out.
@attached(member, names: named(name), named(version), named(subject), named(Answer), named(init))
@attached(extension, conformances: Query)
public macro Query<Answer: Document>(
    _ name: String, answer: Answer.Type, version: String = "1.0.0",
    subject: SubjectKeyPath? = nil
) = #externalMacro(module: "SkeinMacrosPlugin", type: "QueryMacro")

/// Makes a struct or an enum a `Query` whose answer is declared inside it.
///
/// ```swift
/// @Query("account.limit")
/// struct AskLimit {
///     @Document("account.limit-answer")
///     struct Answer {
///         let amount: Int
///     }
/// }
/// ```
///
/// The build fails when the body declares no type `Answer`; all else is as in
/// ``Query(_:answer:version:subject:)``.
@attached(member, names: named(name), named(version), named(subject), named(init))
@attached(extension, conformances: Query)
public macro Query(
    _ name: String, version: String = "1.0.0", subject: SubjectKeyPath? = nil
) = #externalMacro(module: "SkeinMacrosPlugin", type: "QueryMacro")

/// Makes a struct or an enum a `Document`: carried state, such as the answer to a query.
///
/// ```swift
/// @Document("account.balance-answer")
/// struct Balance {
///     let amount: Int
/// }
/// ```
///
/// Arguments, written members and errors are those of ``Event(_:version:subject:audience:)``; a document has no
/// audience.
@attached(member, names: named(name), named(version), named(subject), named(init))
@attached(extension, conformances: Document)
public macro Document(
    _ name: String, version: String = "1.0.0", subject: SubjectKeyPath? = nil
) = #externalMacro(module: "SkeinMacrosPlugin", type: "DocumentMacro")
