private import Dispatch

/// A runner on a serial queue of its own; a thread is taken only while there is work, and a thread that never comes
/// back (runaway code) is replaced for the other runners.
struct DispatchRunner: Runner {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: "skein." + label, qos: .userInitiated)
    }

    func submit(_ work: @escaping @Sendable () -> Void) {
        queue.async(execute: work)
    }
}
