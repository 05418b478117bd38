import Foundation
import SkeinServer
import Testing

@Suite("Reading over HTTP")
struct ReadingTests {
    @Test("gives pages, newest first, each event once, also when others come between them")
    func pages() async throws {
        try await ServiceUnderTest.run { service in
            _ = try await service.publish((1...5).map { ServiceUnderTest.event("\($0)") })
            let first = try await service.get("?limit=2")
            #expect(first.ids == ["5", "4"])
            _ = try await service.publish([ServiceUnderTest.event("6")])
            let cursor = try #require(first.json["next"] as? String)
            let second = try await service.get("?limit=2&cursor=\(cursor)")
            #expect(second.ids == ["3", "2"])
            let third = try await service.get("?limit=2&cursor=\(try #require(second.json["next"] as? String))")
            #expect(third.ids == ["1"] && third.json["next"] == nil)
        }
    }

    @Test("gives the oldest first where that is asked for")
    func oldestFirst() async throws {
        try await ServiceUnderTest.run { service in
            _ = try await service.publish((1...3).map { ServiceUnderTest.event("\($0)") })
            let first = try await service.get("?order=oldest-first&limit=2")
            #expect(first.ids == ["1", "2"])
            let cursor = try #require(first.json["next"] as? String)
            #expect(try await service.get("?order=oldest-first&cursor=\(cursor)").ids == ["3"])
        }
    }

    @Test("finds events by name, its beginning, and time")
    func conditions() async throws {
        try await ServiceUnderTest.run { service in
            var late = ServiceUnderTest.event("2", type: "till.closed")
            late["time"] = "2026-03-01T12:00:00+02:00"
            _ = try await service.publish([
                ServiceUnderTest.event("1"), late, ServiceUnderTest.event("3", type: "door.opened"),
            ])
            #expect(try await service.get("?name=till.closed").ids == ["2"])
            #expect(try await service.get("?name=till.*").ids == ["2", "1"])
            #expect(try await service.get("?component=door").ids == ["3"])
            let day = "since=2026-03-01T10:00:00Z&until=2026-03-01T10:00:01Z"
            #expect(try await service.get("?\(day)").ids == ["2"])
        }
    }

    @Test(
        "says what is wrong with a query, and what may be written",
        arguments: [
            ("?nam=a", "'nam' is no parameter"), ("?limit=0", "from 1 to 1000"), ("?limit=x", "from 1 to 1000"),
            ("?since=now", "RFC 3339"), ("?kind=fact", "event, command"), ("?order=up", "newest-first"),
            ("?cursor=5", "no cursor"), ("?receipt=99", "of no write here"), ("?name=a&name=b", "2 times"),
        ])
    func wrong(_ query: String, _ text: String) async throws {
        try await ServiceUnderTest.run { service in
            let answer = try await service.get(query)
            #expect(answer.status == 400)
            #expect((answer.json["detail"] as? String)?.contains(text) == true)
        }
    }

    @Test("refuses a cursor of another query")
    func foreignCursor() async throws {
        try await ServiceUnderTest.run { service in
            _ = try await service.publish((1...3).map { ServiceUnderTest.event("\($0)") })
            let cursor = try #require(try await service.get("?name=till.*&limit=1").json["next"] as? String)
            let answer = try await service.get("?name=door.*&cursor=\(cursor)")
            #expect(answer.status == 400)
            #expect((answer.json["detail"] as? String)?.contains("another query") == true)
        }
    }

    #if os(Linux)
    @Test("leaves SQLite's locks on the store alone, which the system drops when the file is closed once")
    func locks() async throws {
        var descriptor: Int32 = -1
        // Not before the service has ended: closing it drops the locks.
        defer { close(descriptor) }
        try await ServiceUnderTest.run { service in
            _ = try await service.publish([ServiceUnderTest.event("1")])
            descriptor = open(service.file, O_RDWR | O_CLOEXEC)
            #expect(try isLocked(descriptor))
            #expect(try await service.get().ids == ["1"])
            #expect(try isLocked(descriptor))
        }
    }

    /// Whether SQLite has its shared lock on a database ("File Locking And Concurrency In SQLite Version 3"), asked for
    /// as one who is not of this process.
    private func isLocked(_ descriptor: Int32) throws -> Bool {
        let (askForForeignLocks, firstShared, sharedCount) = (Int32(36), 0x4000_0002, 510)
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        (lock.l_start, lock.l_len) = (firstShared, sharedCount)
        try #require(withUnsafeMutablePointer(to: &lock) { fcntl(descriptor, askForForeignLocks, $0) } == 0)
        return lock.l_type != Int16(F_UNLCK)
    }
    #endif

    @Test("sees the write whose receipt it has")
    func receipts() async throws {
        try await ServiceUnderTest.run { service in
            let receipt = try #require(
                try await service.publish([ServiceUnderTest.event("1")]).json["receipt"] as? String)
            #expect(try await service.get("?receipt=\(receipt)").ids == ["1"])
        }
    }

    @Test("answers with a problem document where there is nothing")
    func nothing() async throws {
        try await ServiceUnderTest.run { service in
            let event = try await service.get("/unknown")
            #expect(event.status == 404 && event.json["type"] as? String == "urn:skein:problem:not-found")
            let path = try await service.get("/../../etc/passwd")
            #expect(path.status == 404 && path.headers["content-type"] == "application/problem+json")
        }
    }
}
