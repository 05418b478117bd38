import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import SkeinCore
import SkeinSQLite
import SkeinServer

/// An eventing service on a new store and a free port, for as long as a test runs.
struct ServiceUnderTest {
    /// An answer, with its body.
    struct Answer {
        var status: Int
        var headers: [String: String]
        var body: Data

        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:] }
        var events: [[String: Any]] { json["events"] as? [[String: Any]] ?? [] }
        /// The ids of the events of a page.
        var ids: [String] { events.compactMap { $0["id"] as? String } }
    }

    let runtime: Runtime
    let address: ListenAddress
    let file: String

    var url: String { "http://\(address)/v1/events" }

    /// Runs a service and `body` beside it.
    static func run(
        _ components: Component..., listen: String = "127.0.0.1:0", limits: EventingConfiguration.Limits = .init(),
        _ body: (ServiceUnderTest) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "skein-server-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "events.db").path
        let runtime = try Runtime(store: SQLiteStore(path: file), components: components)
        var configuration = try EventingConfiguration(listen: ListenAddress(listen))
        configuration.limits = limits
        let (addresses, listening) = AsyncStream.makeStream(of: ListenAddress.self)
        let service = try EventingService(runtime, configuration: configuration) {
            listening.yield($0)
            listening.finish()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runtime.run() }
            group.addTask {
                defer { listening.finish() }
                try await service.run()
            }
            for await address in addresses {
                try await body(ServiceUnderTest(runtime: runtime, address: address, file: file))
            }
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
    }

    func send(
        _ method: String = "POST", to path: String = "", _ headers: [String: String] = [:], body: Data? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = .RAW(value: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(data: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        let fields = response.headers.map { ($0.name.lowercased(), $0.value) }
        return Answer(
            status: Int(response.status.code), headers: Dictionary(fields) { first, _ in first },
            body: Data(buffer: bytes))
    }

    func get(_ path: String = "") async throws -> Answer { try await send("GET", to: path) }

    /// Publishes events in batch mode.
    func publish(_ events: [[String: Any]]) async throws -> Answer {
        try await send(
            "POST", to: "",
            ["content-type": "application/cloudevents-batch+json"],
            body: try JSONSerialization.data(withJSONObject: events))
    }

    /// The attributes of an event.
    static func event(_ id: String, type: String = "till.opened", source: String = "/till") -> [String: Any] {
        ["specversion": "1.0", "id": id, "source": source, "type": type]
    }

    /// Reads the ids of events from a live tail until there are as many as asked for.
    func tail(_ query: String = "", after id: Int? = nil, count: Int, begun: () async throws -> Void = {}) async throws
        -> [(position: Int, id: String)]
    {
        var request = HTTPClientRequest(url: url + "/live" + query)
        if let id { request.headers.add(name: "last-event-id", value: String(id)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        guard response.status == .ok else { throw Refused(status: Int(response.status.code)) }
        try await begun()
        var text = ""
        for try await buffer in response.body {
            text += String(buffer: buffer)
            let events = Self.events(in: text)
            if events.count >= count { return Array(events.prefix(count)) }
        }
        return Self.events(in: text)
    }

    struct Refused: Error { var status: Int }

    private static func events(in text: String) -> [(position: Int, id: String)] {
        text.components(separatedBy: "\n\n").dropLast().compactMap { block in
            let lines = block.split(separator: "\n")
            let text = lines.dropFirst().map { $0.dropFirst("data: ".count) }.joined(separator: "\n")
            guard let position = Int(lines[0].dropFirst("id: ".count)),
                let data = try? JSONSerialization.jsonObject(with: Data(text.utf8)),
                let id = (data as? [String: Any])?["id"] as? String
            else { return nil }
            return (position, id)
        }
    }
}
