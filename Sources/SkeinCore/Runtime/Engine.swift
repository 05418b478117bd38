/// A part of a runtime that reads the log under a subscription of its own and reacts.
protocol Engine: AnyObject, Sendable {
    var subscription: String { get }
    /// The position in the log up to which it has read, if what it has not read is to hold what channels take in; `nil`
    /// for engines that do not react to messages. May be called from anywhere.
    var readPosition: Int64? { get }
    /// Begins to read; nothing is read before.
    func start()
    /// Looks whether there is anything to do.
    func wake()
    /// Takes nothing more in, lets what is under way end, and calls back.
    func drain(_ done: @escaping @Sendable () -> Void)
    /// Calls back when everything has been read and nothing is under way but what waits for a time or a message.
    func whenSettled(_ done: @escaping @Sendable () -> Void)
    /// Reads what there is, hands its place in the log over to the committer if it has moved over messages of no
    /// interest, and calls back. Otherwise such a place is stored now and then.
    func storePlace(_ done: @escaping @Sendable () -> Void)
    /// Drops everything at once, as if the process had died.
    func abandon()
}

extension Engine {
    /// `nil`, for engines that do not react to messages.
    var readPosition: Int64? { nil }
    /// Calls back, for engines that store no place.
    func storePlace(_ done: @escaping @Sendable () -> Void) { done() }
}
