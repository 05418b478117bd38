/// Stands for the message in the `subject:` argument of the message macros.
///
/// A macro's arguments are checked before the type that it is attached to, so the compiler takes every property name
/// in `\.paymentID`; the macro then looks for the property in the body of the type and says where it is missing.
@dynamicMemberLookup
public struct MessageProperties: Sendable {
    private init() {}

    /// Any property, and any path below it; the value is never read.
    public subscript(dynamicMember name: String) -> MessageProperties { self }
}
