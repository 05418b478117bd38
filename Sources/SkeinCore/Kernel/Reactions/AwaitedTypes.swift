import SkeinStorage

/// The message types that any instance waits for; others are passed by without a query.
///
/// Confined to the runner of the kernel, except for ``interest``.
final class AwaitedTypes {
    private var types: Set<MessageName>
    /// What wakes the kernel.
    let interest: LogInterest

    init(_ kernel: KernelContext) throws {
        types = kernel.servesEntities ? [] : Set(try kernel.reader.waitTypes(component: kernel.component))
        let (catalogue, component, isCatchAll) = (kernel.core.catalogue, kernel.component, kernel.isCatchAll)
        interest = LogInterest(Array(kernel.definitions.triggers.keys) + types) {
            isCatchAll && catalogue.isUnknown($0, to: component)
        }
    }

    func contains(_ type: MessageName) -> Bool { types.contains(type) }

    /// Adds a type, because an instance waits for it now. Messages of the type that are in the log already are read
    /// when the commit with the wait is durable.
    func insert(_ type: MessageName) {
        guard types.insert(type).inserted else { return }
        interest.add(type)
    }
}
