import SkeinStorage

/// Records messages that other programs bring by requests, over HTTP: what they have handed over is in the log before
/// they hear of it.
///
/// To channels such a message is one that was written here: whoever brought it has nobody else who forwards it.
///
/// - Durability: ``record(_:from:)`` returns when all messages of the call are durable, in one commit.
/// - Ordering: the messages of a call stand in the log in their order, and those of a call that begins when another has
///   returned stand behind the messages of that.
/// - A message that the log has, told by source and id, is not recorded again; nor is one that was trimmed lately (see
///   `RuntimeConfiguration.inboxWindow`).
package final class Recorder: Sendable {
    /// What became of the messages of a call.
    package struct Recording: Sendable, Hashable {
        /// How many are new in the log.
        package var recorded = 0
        /// How many were there already.
        package var repeated = 0
        /// The end of the log afterwards: all messages of the call are at this position or below it.
        package var position: Int64 = 0
    }

    private struct Request: Sendable {
        let messages: [Outgoing]
        let done: @Sendable (Result<Recording, any Error>) -> Void
    }

    private let core: RuntimeCore
    private let checks: ChannelRecorder
    private let inbox: Inbox<Request>

    package init(_ runtime: Runtime) {
        core = runtime.core
        checks = ChannelRecorder(
            catalogue: core.catalogue, maximumPayloadSize: core.configuration.maximumPayloadSize)
        let slot = EngineSlot<Recorder>()
        inbox = Inbox(runner: core.environment.makeRunner("recorder"), limit: 64) { slot.engine?.handle($0) }
        slot.engine = self
    }

    /// The time that messages without one get.
    package var now: Timestamp { core.environment.clock.now }

    /// Why a message cannot be recorded; `nil` for one that can.
    package func problem(with envelope: Envelope) -> MessageError? {
        if let problem = checks.excess(of: envelope) { return MessageError(.payloadTooLarge, problem) }
        // Another system names its events and sources as it likes.
        let isForeign = envelope.context.extensions["specversion"] != nil
        guard !isForeign, let problem = core.catalogue.problem(with: envelope) else { return nil }
        return MessageError(.noOwner, problem)
    }

    /// Records messages, all or none.
    ///
    /// - Parameters:
    ///   - envelopes: 1 or more, each without a ``problem(with:)``.
    ///   - bearer: who brought them; stands in their origin.
    /// - Throws: `StoreError` when the store cannot be written, or the runtime has stopped; then the caller does not
    ///   know whether they were recorded, and may bring them again.
    package func record(_ envelopes: [Envelope], from bearer: String) async throws -> Recording {
        let origin = ChannelOrigin(channel: ChannelOrigin.request, topic: bearer)
        let messages = envelopes.map { envelope in
            var envelope = envelope
            // Where answers go is said by the channel that brings a question, never by the message.
            envelope.context.extensions[ChannelRoute.replyTo] = nil
            return Outgoing(envelope, origin: origin)
        }
        return try await withUnsafeThrowingContinuation { continuation in
            inbox.post(Request(messages: messages) { continuation.resume(with: $0) })
        }
    }

    private func handle(_ requests: [Request]) {
        for request in requests {
            do {
                var unit = CommitUnit()
                for message in request.messages { unit.appends.append(try core.identities.distinct(message)) }
                submit(unit, request.done)
            } catch {
                request.done(.failure(error))
            }
        }
    }

    private func submit(_ unit: CommitUnit, _ done: @escaping @Sendable (Result<Recording, any Error>) -> Void) {
        let (count, tail) = (unit.appends.count, core.tail)
        core.committer.submit(unit) { outcome in
            switch outcome {
            case .committed(let records):
                done(
                    .success(
                        Recording(
                            recorded: records.count, repeated: count - records.count, position: tail.end)))
            case .failed(let error): done(.failure(error))
            }
        }
    }
}
