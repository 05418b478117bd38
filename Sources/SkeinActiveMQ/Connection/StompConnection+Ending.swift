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

    /// Where the connection has ended because the server was silent: waits for as long as a server takes to notice
    /// that this side is, two of its heart-beats and a second for rounding. Ends at once when the task is cancelled.
    ///
    /// - Parameter interval: how often this side has sent something.
    func waitUntilMissed(_ interval: Duration) async {
        let (failure, channel) = state.withLock { ($0.session.failure, $0.channel) }
        guard failure?.kind == .silence, let channel else { return }
        let pause = TimeAmount(interval * 2 + .seconds(1))
        let alarm = channel.eventLoop.scheduleTask(in: pause) {}
        await withTaskCancellationHandler {
            try? await alarm.futureResult.get()
        } onCancel: {
            alarm.cancel()
        }
    }
}
#endif
