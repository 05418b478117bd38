import HTTPTypes
import Hummingbird
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Why a request is not done, as the answer says it (RFC 9457, "Problem Details for HTTP APIs").
struct Problem: Error, Hashable {
    /// What is wrong with one event of a request.
    struct Item: Hashable, Encodable {
        /// The place of the event in its batch, from 0.
        var index: Int
        /// The id of the event; `nil` where it could not be read.
        var id: String?
        /// For programs.
        var code: String
        /// For people.
        var detail: String
    }

    /// The kind of problem, the last part of its `type`; programs decide by it.
    var kind: String
    var status: HTTPResponse.Status
    /// What the kind means; the same for all problems of the kind.
    var title: String
    /// What is wrong this time, and the way out.
    var detail: String
    /// The events that are refused; empty for a problem that is not about single events.
    var events: [Item] = []
    /// Headers that go with the answer, such as `retry-after`.
    var headers: HTTPFields = [:]
    /// Whether the client is asked to end the connection, because the rest of the request is of no use.
    var closes = false

    static let contentType = "application/problem+json"
}

extension Problem {
    static func badRequest(_ detail: String) -> Problem {
        Problem(kind: "bad-request", status: .badRequest, title: "The request cannot be understood", detail: detail)
    }

    static func notFound(_ detail: String) -> Problem {
        Problem(kind: "not-found", status: .notFound, title: "There is no such thing", detail: detail)
    }

    static func tooLarge(_ detail: String) -> Problem {
        Problem(
            kind: "too-large", status: .contentTooLarge, title: "The request is too large", detail: detail, closes: true
        )
    }

    static func invalidEvents(_ items: [Item]) -> Problem {
        let many = items.count == 1 ? "1 event is" : "\(items.count) events are"
        return Problem(
            kind: "invalid-events", status: .unprocessableContent, title: "Events break a rule",
            detail: "\(many) refused, and nothing of the request is recorded; mend them and send all again",
            events: items)
    }

    static func unavailable(_ detail: String) -> Problem {
        Problem(
            kind: "unavailable", status: .serviceUnavailable, title: "The service cannot do this now", detail: detail,
            headers: [.retryAfter: "1"])
    }
}

extension Problem: ResponseGenerator {
    private struct Body: Encodable {
        var type: String
        var title: String
        var status: Int
        var detail: String
        var events: [Item]?
    }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        let body = Body(
            type: "urn:skein:problem:\(kind)", title: title, status: status.code, detail: detail,
            events: events.isEmpty ? nil : events)
        var headers = headers
        headers[.contentType] = Self.contentType
        if closes { headers[.connection] = "close" }
        return Response(status: status, headers: headers, body: .init(byteBuffer: try JSONBody.buffer(body)))
    }
}
