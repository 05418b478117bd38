import Foundation
import SkeinCore
import SkeinServer
import Testing

@Suite("An event that a request brings")
struct ReceivingTests {
    @Test("is recorded before the answer, in structured mode")
    func structured() async throws {
        try await ServiceUnderTest.run { service in
            let answer = try await service.send(
                "POST", to: "", ["content-type": "application/cloudevents+json"],
                body: Data(#"{"specversion":"1.0","id":"1","source":"/till","type":"till.opened","data":{"a":1}}"#.utf8)
            )
            #expect(answer.status == 200)
            #expect(answer.json["recorded"] as? Int == 1 && answer.json["repeated"] as? Int == 0)
            let event = try await service.get("/1")
            #expect(event.headers["content-type"] == "application/cloudevents+json")
            #expect(event.json["type"] as? String == "till.opened")
            #expect((event.json["data"] as? [String: Int]) == ["a": 1])
        }
    }

    @Test("is recorded in binary mode, with its data as they are")
    func binary() async throws {
        try await ServiceUnderTest.run { service in
            let answer = try await service.send(
                "POST", to: "",
                [
                    "ce-specversion": "1.0", "ce-id": "a/b c", "ce-source": "/till", "ce-type": "till.opened",
                    "ce-place": "K%C3%B6ln", "content-type": "text/plain",
                ], body: Data("hello".utf8))
            #expect(answer.status == 200)
            let event = try await service.get("/a%2Fb%20c")
            #expect(event.json["place"] as? String == "Köln")
            #expect(event.json["datacontenttype"] as? String == "text/plain")
        }
    }

    @Test("that comes again is acknowledged and not recorded twice, in one batch or in several")
    func repeated() async throws {
        try await ServiceUnderTest.run { service in
            let (one, two) = (ServiceUnderTest.event("1"), ServiceUnderTest.event("2"))
            let first = try await service.publish([one, two, one])
            #expect(first.json["recorded"] as? Int == 2 && first.json["repeated"] as? Int == 1)
            let again = try await service.publish([two, one])
            #expect(again.status == 200)
            #expect(again.json["recorded"] as? Int == 0 && again.json["repeated"] as? Int == 2)
            #expect(try await service.get().ids == ["2", "1"])
        }
    }

    @Test("of another source is another one, though its id is equal")
    func equalIDs() async throws {
        try await ServiceUnderTest.run { service in
            let answer = try await service.publish([
                ServiceUnderTest.event("1"), ServiceUnderTest.event("1", source: "/door"),
            ])
            #expect(answer.json["recorded"] as? Int == 2)
            #expect(try await service.get().events.compactMap { $0["source"] as? String } == ["/door", "/till"])
        }
    }

    @Test("refuses its whole batch when it breaks a rule, and is named by its index")
    func invalid() async throws {
        try await ServiceUnderTest.run { service in
            var nameless = ServiceUnderTest.event("3")
            nameless["id"] = nil
            let answer = try await service.publish([
                ServiceUnderTest.event("1"), nameless, ServiceUnderTest.event("2"),
                ServiceUnderTest.event("4", type: ""),
            ])
            #expect(answer.status == 422)
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(answer.json["type"] as? String == "urn:skein:problem:invalid-events")
            let refused = answer.events
            #expect(refused.compactMap { $0["index"] as? Int } == [1, 3])
            #expect((refused.first?["detail"] as? String)?.contains("'id' is missing") == true)
            #expect(try await service.get().ids == [])
        }
    }

    @Test("may be a command that nobody owns, which is refused with its owner's absence")
    func command() async throws {
        try await ServiceUnderTest.run { service in
            let answer = try await service.publish([
                [
                    "specversion": "1.0", "id": "1", "source": "client", "type": "payment.request", "kind": "command",
                    "schemaversion": "1.0.0", "subject": "a", "time": "2026-01-31T12:00:00Z",
                ]
            ])
            #expect(answer.status == 422)
            #expect((answer.events.first?["detail"] as? String)?.contains("no owner") == true)
        }
    }

    struct Opened: Event {
        static let name: MessageName = "till.opened"
        var subject: String? { nil }
    }

    @Test("reaches the handlers of the components beside which the service runs")
    func handled() async throws {
        let (heard, hearing) = AsyncStream.makeStream(of: String.self)
        let clerk = Component("clerk") {
            Handle(Opened.self) { _, context in hearing.yield(context.envelope.id.rawValue) }
        }
        try await ServiceUnderTest.run(clerk) { service in
            var event = ServiceUnderTest.event("1")
            event["data"] = [String: String]()
            _ = try await service.publish([event])
            for await id in heard {
                #expect(id == "1")
                break
            }
        }
    }

    @Test(
        "is refused where the body is too large, the batch too long, or of another kind",
        arguments: [
            (Data(repeating: 0x20, count: 2000), "application/cloudevents+json", 413, "too-large"),
            (
                Data("[\(Array(repeating: "{}", count: 3).joined(separator: ","))]".utf8),
                "application/cloudevents-batch+json", 413, "too-large"
            ),
            (Data("{}".utf8), "application/json", 415, "unsupported-media-type"),
            (Data("<a/>".utf8), "application/cloudevents+xml", 400, "bad-request"),
            (Data("[1]".utf8), "application/cloudevents-batch+json", 400, "bad-request"),
            (Data("{".utf8), "application/cloudevents+json", 422, "invalid-events"),
            (Data(), "application/cloudevents+json", 422, "invalid-events"),
        ])
    func refused(_ body: Data, _ type: String, _ status: Int, _ kind: String) async throws {
        var limits = EventingConfiguration.Limits()
        (limits.body, limits.batch) = (1000, 2)
        try await ServiceUnderTest.run(limits: limits) { service in
            let answer = try await service.send("POST", to: "", ["content-type": type], body: body)
            #expect(answer.status == status)
            #expect(answer.json["type"] as? String == "urn:skein:problem:\(kind)")
            #expect(try await service.get().ids == [])
        }
    }

    @Test("an empty batch is nothing, and no mistake")
    func empty() async throws {
        try await ServiceUnderTest.run { service in
            let answer = try await service.publish([])
            #expect(answer.status == 200 && answer.json["recorded"] as? Int == 0)
        }
    }
}
