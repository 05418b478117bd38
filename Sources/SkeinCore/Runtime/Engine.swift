/// A part of a runtime that reads the log under a subscription of its own and reacts.
protocol Engine: AnyObject, Sendable {
    var subscription: String { get }
    /// Begins to read; nothing is read before.
    func start()
    /// Looks whether there is anything to do.
    func wake()
    /// Takes nothing more in, lets what is under way end, and calls back.
    func drain(_ done: @escaping @Sendable () -> Void)
    /// Calls back when everything has been read and nothing is under way but what waits for a time or a message.
    func whenSettled(_ done: @escaping @Sendable () -> Void)
    /// Drops everything at once, as if the process had died.
    func abandon()
}
