import SkeinCloudEvents
import SkeinCore
import SkeinOperator
import SkeinStorage
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationEssentialsCompat
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Sends events as they are recorded, by server-sent events (HTML Living Standard, section 9.2).
///
/// The id of each is its position, so a reader that has lost its connection goes on behind `Last-Event-ID`.
///
/// - Ordering: in the order of the log, each once for a connection.
/// - Cost: each tail reads for itself and holds one batch; one that does not take what it gets waits alone.
struct LiveTail {
    let readers: StoreReaders
    let watch: LogWatch
    let limits: EventingConfiguration.Limits
    let open: OpenTails

    /// How many messages are written at once.
    private static let batch = 100

    func add(to routes: some RouterMethods<EventingContext>) {
        routes.get("events/live") { request, _ in try follow(request) }
    }

    private func follow(_ request: Request) throws -> Response {
        let items = try QueryItems(request.uri, known: ["name", "component", "after"])
        let begin = try beginning(request, items)
        let (name, component) = (try items.one("name"), try items.one("component"))
        guard let place = open.enter(limit: limits.tails) else {
            throw Problem.unavailable("\(limits.tails) live tails are open already; try again later")
        }
        let admits: @Sendable (Envelope) -> Bool = { envelope in
            if let component, envelope.topic != component { return false }
            guard let name else { return true }
            let text = envelope.name.rawValue
            return name.hasSuffix("*") ? text.hasPrefix(name.dropLast()) : text == name
        }
        let body = ResponseBody { writer in
            // Also a response that is never written gives its place back.
            defer { withExtendedLifetime(place) {} }
            do {
                // A reader that goes away is noticed also while there is nothing to write.
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    try await write(to: &writer, from: begin, admits)
                }
            } catch is CancellationError {}
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }

    private func beginning(_ request: Request, _ items: QueryItems) throws -> Int64 {
        let name = HTTPField.Name("last-event-id")
        guard let text = try name.flatMap({ request.headers[$0] }) ?? items.one("after") else { return watch.end }
        guard let position = Int64(text), (0...watch.end).contains(position) else {
            throw Problem.badRequest(
                "'\(text)' is no id of a live tail here; leave it out to begin with what comes from now on")
        }
        return position
    }

    @concurrent private func write(
        to writer: inout any ResponseBodyWriter, from begin: Int64, _ admits: @Sendable (Envelope) -> Bool
    ) async throws {
        // An id without data: a reader that loses its connection before the first event goes on from here.
        try await writer.write(ByteBuffer(string: "id: \(begin)\n\n"))
        var position = begin
        while true {
            let records = try await next(after: position)
            guard let last = records.last else {
                do {
                    try await watch.wait(beyond: position)
                } catch is CancellationError {
                    return
                }
                continue
            }
            position = last.position
            var buffer = ByteBuffer()
            for record in records where admits(record.envelope) {
                buffer.writeString("id: \(record.position)\n")
                // JSON may have line breaks between its tokens; each line is a field of its own.
                let lines = WrittenEvent.json(record).split(omittingEmptySubsequences: true) { $0 == 10 || $0 == 13 }
                for line in lines {
                    buffer.writeString("data: ")
                    buffer.writeBytes(line)
                    buffer.writeString("\n")
                }
                buffer.writeString("\n")
            }
            if buffer.readableBytes > 0 { try await writer.write(buffer) }
        }
    }

    private func next(after position: Int64) async throws -> [LogRecord] {
        if let records = watch.recent(after: position, limit: Self.batch) { return records }
        return try await readers.read { inspector in
            var filter = MessageFilter()
            (filter.after, filter.order, filter.limit) = (position, .oldestFirst, Self.batch)
            return try inspector.records(filter)
        }
    }
}

/// How many live tails are open.
final class OpenTails: Sendable {
    /// A place among them, given back when nobody has it any more.
    final class Place: Sendable {
        private let tails: OpenTails

        fileprivate init(_ tails: OpenTails) { self.tails = tails }

        deinit { tails.count.withLock { $0 -= 1 } }
    }

    private let count = Mutex(0)

    /// A place; `nil` where there is none.
    func enter(limit: Int) -> Place? {
        let isAdmitted = count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        return isAdmitted ? Place(self) : nil
    }
}
