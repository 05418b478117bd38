import Foundation
import SkeinCore
import SkeinServer
import Testing

@Suite("A live tail")
struct LiveTailTests {
    struct Opened: Event {
        static let name: MessageName = "till.opened"
        var subject: String?
    }

    @Test("begins with what is recorded from then on")
    func fromNow() async throws {
        try await ServiceUnderTest.run { service in
            _ = try await service.publish([ServiceUnderTest.event("before")])
            let events = try await service.tail(count: 2) {
                _ = try await service.publish([ServiceUnderTest.event("1"), ServiceUnderTest.event("2")])
            }
            #expect(events.map(\.id) == ["1", "2"])
        }
    }

    @Test("goes on behind the last id that its reader has")
    func resumed() async throws {
        try await ServiceUnderTest.run { service in
            _ = try await service.publish((1...250).map { ServiceUnderTest.event("\($0)") })
            let first = try await service.tail("?after=0", count: 3)
            #expect(first.map(\.id) == ["1", "2", "3"])
            let rest = try await service.tail(after: first[2].position, count: 247)
            #expect(rest.map(\.id) == (4...250).map { "\($0)" })
        }
    }

    @Test("gives an event whose data have line breaks whole")
    func lines() async throws {
        try await ServiceUnderTest.run { service in
            for (id, data) in [("1", "{\n\n\"a\": 1}"), ("2", "[\r\n1,\r2]")] {
                let event =
                    #"{"specversion":"1.0","id":"\#(id)","source":"/till","type":"till.opened","data":\#(data)}"#
                let answer = try await service.send(
                    "POST", to: "", ["content-type": "application/cloudevents+json"], body: Data(event.utf8))
                #expect(answer.status == 200)
            }
            #expect(try await service.tail("?after=0", count: 2).map(\.id) == ["1", "2"])
        }
    }

    @Test("and a page go on where a message is no CloudEvent, and tell of it")
    func unwritable() async throws {
        let till = Component("till") {}
        try await ServiceUnderTest.run(till) { service in
            _ = try await service.runtime.client(as: "till").publish(Opened(subject: "a\nb"))
            _ = try await service.publish([ServiceUnderTest.event("1")])
            let page = try await service.get()
            #expect(page.events.compactMap { $0["type"] as? String } == ["till.opened", "skein.unwritable"])
            #expect(try await service.tail("?after=0", count: 2).map(\.id).last == "1")
        }
    }

    @Test("gives only what it was asked for")
    func filtered() async throws {
        try await ServiceUnderTest.run { service in
            _ = try await service.publish([
                ServiceUnderTest.event("1"), ServiceUnderTest.event("2", type: "door.opened"),
                ServiceUnderTest.event("3", type: "till.closed"),
            ])
            #expect(try await service.tail("?after=0&name=till.*", count: 2).map(\.id) == ["1", "3"])
            #expect(try await service.tail("?after=0&component=door", count: 1).map(\.id) == ["2"])
        }
    }

    @Test("is refused where too many are open, and admitted when one has gone")
    func limit() async throws {
        var limits = EventingConfiguration.Limits()
        limits.tails = 1
        try await ServiceUnderTest.run(limits: limits) { service in
            _ = try await service.publish([ServiceUnderTest.event("1")])
            _ = try await service.tail("?after=0", count: 1) {
                let answer = try await service.get("/live")
                #expect(answer.status == 503)
            }
            while true {
                do {
                    _ = try await service.tail("?after=0", count: 1)
                    break
                } catch is ServiceUnderTest.Refused {
                    await Task.yield()
                }
            }
        }
    }

    @Test("refuses an id that is not of this log", arguments: ["99", "-1", "abc"])
    func wrongID(_ id: String) async throws {
        try await ServiceUnderTest.run { service in
            let answer = try await service.get("/live?after=\(id)")
            #expect(answer.status == 400)
        }
    }
}
