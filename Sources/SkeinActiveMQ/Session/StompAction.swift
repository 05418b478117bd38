/// What the driver of a ``StompSession`` has to do.
enum StompAction: Hashable, Sendable {
    case write(StompFrame)
    /// Write one end of line.
    case writeHeartBeat
    /// The server has accepted the connection.
    case establish(StompServer)
    /// What was asked for with this receipt is done.
    case confirm(UInt64)
    /// A MESSAGE of a subscription that is open.
    case deliver(StompFrame)
    /// Close the connection; nothing that was asked for will be answered.
    case end(StompFailure)
}
