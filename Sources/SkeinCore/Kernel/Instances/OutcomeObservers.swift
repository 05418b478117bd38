import SkeinStorage

/// Waits in memory for an instance to end.
struct OutcomeObserver: Sendable {
    var identity: InstanceKey
    /// Tells observers of one instance apart.
    var id: UInt64
    /// Called once, with the instance's row, from any thread.
    var notify: @Sendable (InstanceRow) -> Void
}

/// Who waits for which instance to end.
///
/// Confined to the runner of the kernel.
final class OutcomeObservers {
    private let kernel: KernelContext
    private let instances: InstanceCache
    private var observers: [InstanceKey: [OutcomeObserver]] = [:]

    init(_ kernel: KernelContext, instances: InstanceCache) { (self.kernel, self.instances) = (kernel, instances) }

    /// The number of instances that somebody waits for.
    var count: Int { observers.count }

    /// Calls the observer when the end of the instance is durable: at once, or later.
    func add(_ observer: OutcomeObserver) throws {
        let identity = observer.identity
        let row =
            try instances.live.id(of: identity).flatMap { instances[$0]?.row }
            ?? kernel.reader.instance(component: kernel.component, process: identity.process, key: identity.key)
        if let row, row.status.isEnded, instances[row.id].map({ $0.ticket <= kernel.committedTicket }) ?? true {
            observer.notify(row)
        } else {
            observers[identity, default: []].append(observer)
        }
    }

    /// Forgets an observer who no longer waits.
    func remove(_ observer: UInt64, of identity: InstanceKey) {
        observers[identity]?.removeAll { $0.id == observer }
        if observers[identity]?.isEmpty == true { observers[identity] = nil }
    }

    /// An instance has ended, and that is durable.
    func ended(_ row: InstanceRow) {
        instances.live.markEnded(row.id)
        for observer in observers.removeValue(forKey: InstanceKey(row)) ?? [] { observer.notify(row) }
    }
}
