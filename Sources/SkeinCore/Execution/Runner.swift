/// Runs pieces of work one after the other, in the order in which they were handed over, never two at once.
///
/// The work may block (it reads from the store and runs the user's process code), so a runner is never on Swift's
/// cooperative pool. Under simulation all runners share one deterministic queue.
package protocol Runner: Sendable {
    func submit(_ work: @escaping @Sendable () -> Void)
}
