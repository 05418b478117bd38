import Synchronization

/// A value that a test sets after the code that uses it was made.
final class Mutexed<Value: Sendable>: Sendable {
    private let slot: Mutex<Value>

    init(_ value: Value) { slot = Mutex(value) }

    var value: Value {
        get { slot.withLock { $0 } }
        set { slot.withLock { $0 = newValue } }
    }
}
