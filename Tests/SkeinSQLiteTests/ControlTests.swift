import SkeinOperator
import ChildPrograms
import Foundation
import SkeinCore
import SkeinSQLite
import Testing

@Suite("The control socket")
struct ControlTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Runs an empty runtime with a control server on a store while `body` runs; gives it the path of the socket.
    private func whileServing(
        _ file: String? = nil, _ body: (String) async throws -> Void
    ) async throws {
        let path = file ?? folder.file()
        let store = try SQLiteStore(path: path)
        let runtime = try Runtime(store: store, Component("shop") {})
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runtime.run(controlledOver: store) }
            try await waitUntil("the socket") { StoreOwner.current(of: path)?.socket != nil }
            try await body(try #require(StoreOwner.current(of: path)?.socket))
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
        #expect(StoreOwner.current(of: path)?.socket == nil)
        try store.close()
    }

    @Test("answers, and refuses what cannot be done")
    func answers() async throws {
        try await whileServing { path in
            let client = ControlClient(path: path)
            let (ping, counts, relay) = try await onThread {
                (try client.send(.ping), try client.send(.counts), try client.send(.relay))
            }
            #expect(ping.pid == getpid())
            #expect(counts.counts?.handled == 0)
            #expect(relay.relayed == 0)
            let error = await #expect(throws: ActionError.self) {
                try await onThread { try client.send(.perform(.retry(incident: 5))) }
            }
            #expect(error?.code == .unknownIncident)
            #expect(error?.description == "there is no incident 5")
        }
    }

    @Test("is for its user alone, and goes with the server")
    func permissions() async throws {
        try await whileServing { path in
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(path == folder.file() + ".sock")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file() + ".sock"))
    }

    @Test("replaces what a killed server left behind")
    func stale() async throws {
        try await whileServing { path in
            // A second name keeps the socket file when the server removes its own.
            #expect(link(path, path + ".kept") == 0)
        }
        let path = folder.file() + ".sock"
        #expect(rename(path + ".kept", path) == 0)
        try await whileServing { path in
            let pid = try await ping(path)
            #expect(pid == getpid())
        }
    }

    @Test("has a short name where the store's path is long")
    func longPath() async throws {
        let deep = folder.file(String(repeating: "d", count: 100))
        try FileManager.default.createDirectory(atPath: deep, withIntermediateDirectories: true)
        try await whileServing(deep + "/shop.db") { path in
            #expect(path.utf8.count < 104)
            let pid = try await ping(path)
            #expect(pid == getpid())
        }
    }

    static let malformedRequests: [(text: String, reason: String)] = [
        ("hello\n", "the request is no JSON"),
        ("[1]\n", "is no JSON object like"),
        ("{}\n", "is no JSON object like"),
        ("{\"do\":\"dance\"}\n", "'dance' is unknown"),
        ("{\"do\":\"skip\"}\n", "'skip' needs 'incident' or 'cause'"),
        ("{\"do\":\"redirect\",\"incident\":1}\n", "'redirect' needs 'to'"),
        ("{\"do\":\"redirect\",\"to\":\"stock\"}\n", "'redirect' needs 'incident' or 'cause'"),
        (
            "{\"do\":\"suspend\",\"instance\":1,\"system\":\"bank\"}\n",
            "'suspend' is about one thing; it has 'instance' and 'system'"
        ),
        ("{\"do\":\"suspend\"}\n", "'suspend' needs 'instance' or 'system'"),
        ("{\"do\":\"edit\",\"instance\":1,\"activity\":1}\n", "'edit' needs 'retry'"),
        (
            "{\"do\":\"edit\",\"instance\":1,\"activity\":1,\"retry\":{\"initialDelay\":\"soon\"}}\n",
            "the member 'retry.initialDelay' is wrong"
        ),
        (String(repeating: "x", count: 1_100_000), "longer than 1048576 bytes"),
    ]

    @Test("answers malformed requests and lives on", arguments: malformedRequests)
    func malformed(text: String, reason: String) async throws {
        try await whileServing { path in
            let answer = try await raw(Data(text.utf8), to: path)
            #expect(answer.contains(#""code":"malformed""#))
            #expect(answer.contains(reason))
            let pid = try await ping(path)
            #expect(pid == getpid())
        }
    }

    @Test("serves many at once")
    func many() async throws {
        try await whileServing { path in
            try await withThrowingTaskGroup(of: Int32?.self) { group in
                for _ in 0..<100 {
                    group.addTask { try await ping(path) }
                }
                for try await pid in group { #expect(pid == getpid()) }
            }
        }
    }

    @Test("that nobody serves is unavailable")
    func nobody() throws {
        let client = ControlClient(path: folder.file("no.sock"))
        let error = #expect(throws: ControlError.self) { try client.send(.ping) }
        #expect(error?.code == .unavailable)
    }

    @Test("is not offered for a store in memory")
    func memory() async throws {
        let store = try SQLiteStore.inMemory()
        let runtime = try Runtime(store: store, Component("shop") {})
        await #expect(throws: ControlError.self) { try await runtime.run(controlledOver: store) }
    }
}

/// Sends bytes as they are and reads one line.
private func raw(_ bytes: Data, to path: String) async throws -> String {
    try await onThread { try RawSocket(connectingTo: path).exchange(bytes) }
}

/// The process that answers on a socket.
private func ping(_ path: String) async throws -> Int32? {
    try await onThread { try ControlClient(path: path).send(.ping).pid }
}
