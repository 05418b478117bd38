import SkeinCloudEvents
import SkeinCore
import SkeinOperator
import SkeinStorage
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationEssentialsCompat

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Answers what has passed: single events, pages of a query, newest first.
struct EventReader {
    let readers: StoreReaders
    let watch: LogWatch
    let limits: EventingConfiguration.Limits

    func add(to routes: some RouterMethods<EventingContext>) {
        routes.get("events") { request, _ in try await page(request) }
        routes.get("events/:id") { _, context in try await single(context.parameters.require("id")) }
    }

    /// One event, as a CloudEvent in structured mode.
    private func single(_ id: String) async throws -> Response {
        guard let id = PercentEncoding.decoded(id) else {
            throw Problem.badRequest("the id in the path is not percent-encoded UTF-8")
        }
        let record = try await readers.read { try $0.record(MessageID(id)) }
        guard let record else { throw Problem.notFound("there is no event with the id '\(id)'") }
        return Response(
            status: .ok, headers: [.contentType: CloudEvent.jsonContentType],
            body: .init(byteBuffer: ByteBuffer(data: WrittenEvent.json(record))))
    }

    private func page(_ request: Request) async throws -> Response {
        let items = try QueryItems(request.uri, known: EventQuery.names)
        let query = try EventQuery(items, largest: limits.page)
        if let receipt = query.receipt { try check(receipt: receipt) }
        let records = try await readers.read { try $0.records(query.filter) }
        var buffer = ByteBuffer(string: "{\"events\":[")
        for (index, record) in records.enumerated() {
            if index > 0 { buffer.writeString(",") }
            buffer.writeData(WrittenEvent.json(record))
        }
        buffer.writeString("]")
        // A page that is not full was the last one.
        if let last = records.last, records.count == query.filter.limit {
            buffer.writeString(",\"next\":\"\(EventCursor(after: last.position, of: items).text)\"")
        }
        buffer.writeString("}")
        return Response(
            status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: buffer))
    }

    /// What a receipt of this log stands for can be read at once, because the log itself is searched.
    private func check(receipt: Int64) throws {
        guard receipt > watch.end else { return }
        throw Problem.badRequest(
            "the receipt \(receipt) is of no write here: the log ends at \(watch.end); take 'receipt' as it was given")
    }
}
