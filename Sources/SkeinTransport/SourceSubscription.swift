/// One destination that a source takes in.
public struct SourceSubscription: Sendable, Hashable {
    /// Where the messages are sent to.
    public var destination: Destination
    /// Where a reader begins that has read nothing of the destination.
    public var beginning: SourceBeginning

    public init(_ destination: Destination, from beginning: SourceBeginning = .now) {
        (self.destination, self.beginning) = (destination, beginning)
    }

    /// The name under which the broker keeps what has been read.
    ///
    /// - Parameter process: the name of the process on the channel.
    public func reader(of process: String) -> String {
        if case .commands(let component) = destination { component } else { process }
    }
}
