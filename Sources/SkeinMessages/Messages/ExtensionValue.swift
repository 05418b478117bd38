/// A value of a CloudEvents extension attribute, in the types of CloudEvents 1.0, section "Type System". Binary, URI
/// and timestamp values travel as their canonical text.
public enum ExtensionValue: Hashable, Sendable {
    case boolean(Bool)
    case integer(Int32)
    case string(String)
}
