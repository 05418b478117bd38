/// What the `subject:` argument of the message macros takes: a key path to a property of the message, with a backslash,
/// such as `\.paymentID`.
///
/// Without the backslash, `subject: .paymentID`, the compiler says that this type has no such member, because it checks
/// the argument before the macro sees it. A root, as in `\PaymentReceived.paymentID`, is a circular reference to it.
/// All else is said by the macro: that the property is missing, is no `String`, or is written as text.
public typealias SubjectKeyPath = KeyPath<MessageProperties, MessageProperties>
