/// Names an instance by what the business knows of it: component, process (or saga, or entity) and key.
///
/// Its text is `component/process/key`, such as `payment/payment/4711`. Only the key may have slashes.
///
/// ```swift
/// try await runtime.cancel(instance: InstanceAddress(PaymentProcess.self, key: "4711", in: "payment"))
/// ```
public struct InstanceAddress: Sendable, Hashable, LosslessStringConvertible {
    /// The component that the instance belongs to.
    public let component: String
    /// The name of the process, saga or entity.
    public let process: String
    /// The business key.
    public let key: String

    public init(component: String, process: String, key: String) {
        (self.component, self.process, self.key) = (component, process, key)
    }

    /// Reads `component/process/key`; `nil` for another text.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.init(component: parts[0], process: parts[1], key: parts[2])
    }

    public var description: String { "\(component)/\(process)/\(key)" }
}
