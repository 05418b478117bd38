import SkeinCloudEvents
import SkeinCore
import HTTPTypes

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The events of a request, each read by itself (CloudEvents HTTP binding, section 3).
struct ReceivedEvents {
    /// In their order; what is wrong with those that cannot be read.
    let events: [Result<CloudEvent, MessageError>]

    /// - Throws: ``Problem`` for a body that is no event at all.
    init(headers: HTTPFields, body: Data) throws {
        do {
            switch try CloudEvent.Mode(contentType: headers[.contentType]) {
            case .structured: events = [Self.reading { try CloudEvent(json: body) }]
            case .batch: events = try CloudEvent.events(inBatch: body)
            case .binary:
                guard headers.contains(where: { $0.name.canonicalName.hasPrefix("ce-") }) else {
                    throw Problem(
                        kind: "unsupported-media-type", status: .unsupportedMediaType,
                        title: "The body is of another kind",
                        detail: "send \(CloudEvent.jsonContentType), \(CloudEvent.batchContentType), or an event in "
                            + "binary mode: its attributes as headers (ce-id, ce-source, ce-type, ce-specversion)")
                }
                let headers = headers.map { CloudEvent.Header($0.name.canonicalName, $0.value) }
                events = [Self.reading { try CloudEvent(headers: headers, body: body) }]
            }
        } catch let error as MessageError {
            throw Problem.badRequest(error.description)
        }
    }

    private static func reading(_ body: () throws -> CloudEvent) -> Result<CloudEvent, MessageError> {
        do {
            return .success(try body())
        } catch let error as MessageError {
            return .failure(error)
        } catch {
            return .failure(MessageError(.invalidCloudEvent, "the event cannot be read", cause: error))
        }
    }
}
