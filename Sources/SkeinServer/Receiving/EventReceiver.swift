import SkeinCloudEvents
import SkeinCore
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationEssentialsCompat

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Takes events in by requests: checks each, has them recorded, and answers after that.
struct EventReceiver {
    /// The answer to a request whose events are recorded.
    struct Receipt: Encodable, Hashable {
        /// How many events are new in the log.
        var recorded: Int
        /// How many were there already, told by source and id.
        var repeated: Int
        /// With it a reading waits until it sees these events.
        var receipt: String
    }

    let recorder: Recorder
    let limits: EventingConfiguration.Limits

    func add(to routes: some RouterMethods<EventingContext>) {
        routes.post("events") { request, context in try await receive(request, context) }
    }

    private func receive(_ request: Request, _ context: EventingContext) async throws -> Response {
        let body = try await collect(request)
        let received = try ReceivedEvents(headers: request.headers, body: body).events
        guard received.count <= limits.batch else {
            throw Problem.tooLarge(
                "the batch has \(received.count) events; at most \(limits.batch) are taken at once: send several")
        }
        let envelopes = try check(received)
        guard !envelopes.isEmpty else {
            return try JSONBody.response(Receipt(recorded: 0, repeated: 0, receipt: "0"))
        }
        let recording = try await recorder.record(envelopes, from: "anybody")
        return try JSONBody.response(
            Receipt(
                recorded: recording.recorded, repeated: recording.repeated, receipt: String(recording.position)))
    }

    private func collect(_ request: Request) async throws -> Data {
        let limit = limits.body
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
        do {
            return Data(buffer: try await request.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
    }

    private var tooLarge: Problem {
        .tooLarge("the body has more than \(limits.body) bytes; send fewer events at once")
    }

    private func check(_ received: [Result<CloudEvent, MessageError>]) throws -> [Envelope] {
        let now = recorder.now
        var envelopes: [Envelope] = []
        var refused: [Problem.Item] = []
        for (index, result) in received.enumerated() {
            var id: String?
            do {
                let event = try result.get()
                id = event.id
                let envelope = try Envelope(event, receivedAt: now)
                if let problem = recorder.problem(with: envelope) { throw problem }
                envelopes.append(envelope)
            } catch let error as MessageError {
                refused.append(
                    Problem.Item(index: index, id: id, code: error.code.description, detail: error.description))
            }
        }
        guard refused.isEmpty else { throw Problem.invalidEvents(refused) }
        return envelopes
    }
}
