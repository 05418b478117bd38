import SkeinOperator
import SkeinStorage
import ChildPrograms
import Foundation
import SkeinCore
import Synchronization
import Testing

@testable import SkeinSQLite

@Suite("The place of the control socket")
struct ControlPlaceTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var path: String { folder.file() + ".sock" }

    /// Runs an empty runtime with a control server on a new store while `body` runs, and says how that ended.
    /// - Parameter endsItself: whether the owner ends without being told to.
    private func serving(
        endsItself: Bool = false, _ body: () async throws -> Void
    ) async throws -> (any Error)? {
        let store = try SQLiteStore(path: folder.file())
        let runtime = try Runtime(store: store, Component("shop") {})
        defer { try? store.close() }
        return try await withThrowingTaskGroup(of: (any Error)?.self) { group in
            group.addTask {
                do { try await runtime.run(controlledOver: store) } catch { return error }
                return nil
            }
            try await waitUntil("the socket") { StoreOwner.current(of: folder.file())?.socket != nil }
            try await body()
            if !endsItself { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func removeStore() throws {
        for name in try folder.names() where name.hasPrefix("shop.db") && !name.hasSuffix(".sock") {
            try FileManager.default.removeItem(atPath: folder.file(name))
        }
    }

    private func answers() async -> Bool {
        await (try? ask(ControlClient(path: path))) == getpid()
    }

    @Test("stays with the new owner when the owner of a replaced store ends")
    func replaced() async throws {
        let (begin, end) = (Signal(), Signal())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try await serving {
                    begin.give()
                    try await waitUntil("the new owner") { end.isGiven }
                }
            }
            try await waitUntil("the old owner") { begin.isGiven }
            try removeStore()
            _ = try await serving {
                end.give()
                try await group.next()
                #expect(await answers())
                #expect(FileManager.default.fileExists(atPath: path))
            }
        }
    }

    @Test(
        "is left by an owner whose files were taken away, which says so by that name, though it commits nothing",
        arguments: [
            ("removed", "the store was removed or moved while the store was open"),
            ("replaced", "the store was replaced by another file while the store was open"),
            ("log", "its log of changes, "), ("index", "its index of changes, "),
        ])
    func lost(what: String, says: String) async throws {
        let error = try await serving(endsItself: true) {
            switch what {
            case "log": try FileManager.default.removeItem(atPath: folder.file() + "-wal")
            case "index": try FileManager.default.removeItem(atPath: folder.file() + "-shm")
            case "replaced":
                try FileManager.default.copyItem(atPath: folder.file(), toPath: folder.file("copy"))
                #expect(rename(folder.file("copy"), folder.file()) == 0)
            default: try removeStore()
            }
            try await waitUntil("the end of the socket") { !FileManager.default.fileExists(atPath: path) }
        }
        let loss = try #require(error as? StoreError)
        #expect(loss.code == .replaced)
        #expect(loss.message.contains(says), "\(loss.message)")
    }

    @Test("is not left for a log of changes that has gone because the store was closed")
    func closed() throws {
        let store = try SQLiteStore(path: folder.file())
        #expect(store.findLoss() == nil)
        try store.close()
        #expect(!FileManager.default.fileExists(atPath: folder.file() + "-wal"))
        #expect(store.findLoss() == nil)
    }

    @Test("is taken again when the socket was removed or replaced", arguments: [false, true])
    func again(isReplaced: Bool) async throws {
        let error = try await serving {
            #expect(await answers())
            try FileManager.default.removeItem(atPath: path)
            let stranger = isReplaced ? try RawSocket(ignoringCallersAt: path) : nil
            let old = FileIdentity(of: path)
            try await waitUntil("another socket") { FileIdentity(of: path).map { $0 != old } ?? false }
            #expect(await answers())
            withExtendedLifetime(stranger) {}
        }
        #expect(error == nil || error is CancellationError)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("is found again after the file that names the owner was removed or replaced", arguments: [false, true])
    func ownerFile(isReplaced: Bool) async throws {
        let file = folder.file() + ".owner"
        let error = try await serving {
            #expect(StoreOwner.current(of: folder.file())?.socket == path)
            try FileManager.default.removeItem(atPath: file)
            if isReplaced { try Data("{}".utf8).write(to: URL(fileURLWithPath: file)) }
            try await waitUntil("the owner") { StoreOwner.current(of: folder.file())?.socket == path }
            #expect(await answers())
            let refusal = #expect(throws: StoreError.self) { try SQLiteStore(path: folder.file()) }
            #expect(refusal?.code == .owned)
        }
        #expect(error == nil || error is CancellationError)
        #expect(StoreOwner.current(of: folder.file()) == nil)
        try SQLiteStore(path: folder.file()).close()
    }

    @Test("is not reported as empty when an owner listens but does not answer", arguments: [1, 16])
    func silent(crowd: Int32) async throws {
        let silent = try RawSocket(ignoringCallersAt: path, crowd: crowd)
        let caller = try RawSocket(connectingTo: path)
        var client = ControlClient(path: path)
        client.timeoutInSeconds = 1
        let error = await refusal(by: client)
        withExtendedLifetime((silent, caller)) {}
        #expect(error?.code == .noAnswer)
        #expect(error?.message.contains("listens on \(path), but has not answered for 1 seconds") == true)
    }

    @Test("is reported as empty when nobody listens", arguments: [false, true])
    func empty(isLeftBehind: Bool) async throws {
        // The file of a socket stays when its listener dies.
        if isLeftBehind { _ = try RawSocket(ignoringCallersAt: path) }
        let error = await refusal(by: ControlClient(path: path))
        #expect(error?.code == .unavailable)
        #expect(error?.message.hasPrefix("nobody listens on \(path)") == true)
    }
}

/// The process that answers.
private func ask(_ client: ControlClient) async throws -> Int32? { try await onThread { try client.send(.ping).pid } }

private func refusal(by client: ControlClient) async -> ControlError? {
    do {
        _ = try await ask(client)
        return nil
    } catch {
        return error as? ControlError
    }
}

/// An event that happens once and can be waited for.
private final class Signal: Sendable {
    private let state = Mutex(false)

    var isGiven: Bool { state.withLock { $0 } }

    func give() { state.withLock { $0 = true } }
}
