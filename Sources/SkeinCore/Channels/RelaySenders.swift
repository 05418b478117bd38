import SkeinTransport

/// The connections of a relay: one for what must arrive, one for what may be lost.
struct RelaySenders: Sendable {
    let reliable: any TransportSender
    /// `nil` where nothing is published in the mode ``PublishingMode/fireAndForget``.
    let unreliable: (any TransportSender)?
    /// The place of the newest transaction that the broker has committed.
    let committedPlace: String?

    init(_ channel: ChannelPlan.Planned, transactionalID: String?, timeout: Duration) async throws {
        let transport = channel.channel.transport
        var request = SenderRequest(
            channel: channel.name, process: channel.process, transactionalID: transactionalID, timeout: timeout)
        let reliable = try await transport.openSender(request)
        do {
            committedPlace = transactionalID == nil ? nil : try await reliable.committedPlace()
            if channel.hasUnreliable {
                (request.acknowledgement, request.transactionalID) = (channel.channel.unreliableAcknowledgement, nil)
                unreliable = try await transport.openSender(request)
            } else {
                unreliable = nil
            }
        } catch {
            await reliable.close()
            throw error
        }
        self.reliable = reliable
    }

    /// Asks to be told, perhaps twice, when a connection has ended by itself.
    func whenLost(_ notice: @escaping @Sendable (TransportError) -> Void) {
        reliable.whenLost(notice)
        unreliable?.whenLost(notice)
    }

    func close() async {
        await reliable.close()
        await unreliable?.close()
    }
}
