#if ActiveMQ
import NIOCore
import NIOSSL

/// Moves bytes between a channel and its ``StompConnection``. The channel reads only when the connection has room.
final class StompChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let connection: StompConnection
    private var clock: RepeatedTask?
    private let period: TimeAmount

    /// - Parameter period: how often the session looks at the time.
    init(_ connection: StompConnection, every period: TimeAmount) {
        (self.connection, self.period) = (connection, period)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard clock == nil else { return }
        let connection = connection
        clock = context.eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in connection.tick() }
        connection.opened(context.channel)
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.received(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if connection.wantsMore() { context.read() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        clock?.cancel()
        connection.lost(StompFailure(.lost, "the broker has closed the connection"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Some peers end a TLS connection without saying so; the end of the channel follows.
        if case NIOSSLError.uncleanShutdown = error { return }
        connection.lost(StompDialer.failure(of: error))
        context.close(promise: nil)
    }
}
#endif
