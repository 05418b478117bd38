#if ActiveMQ
import NIOCore
import Synchronization

extension StompConnection {
    /// How long the server may take to answer DISCONNECT.
    private static let farewell = Duration.seconds(5)

    /// Says DISCONNECT, waits until the server has all that was written before, and closes the connection. Calling it
    /// again does no more.
    func disconnect() async {
        takeNoMore()
        let closing = StompFailure(.closed, "closed")
        _ = await request("DISCONNECT", within: Self.farewell) { session, issue throws(StompFailure) in
            issue(try session.disconnect())
        }
        lost(closing)
        guard let channel = state.withLock({ $0.channel }) else { return }
        try? await channel.closeFuture.get()
    }
}
#endif
