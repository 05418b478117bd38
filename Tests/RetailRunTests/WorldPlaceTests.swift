import ChildPrograms
import Foundation
import RetailWorld
import SkeinCore
import Testing

@Suite("The place of an outside world", .fewAtATime)
struct WorldPlaceTests {
    private static let reliable = ["--fail-rate", "0", "--slow-rate", "0", "--silent-rate", "0", "--expired-rate", "0"]
    /// Lengths of a directory's path: one that leaves room for a socket, and one that does not.
    private static let lengths = [1, 120]
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Makes a directory, in place of whatever is there.
    private func makeDirectory(_ length: Int) throws -> String {
        let path = folder.file(String(repeating: "w", count: length))
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    private func world(in directory: String, _ options: String...) throws -> BuiltProgram {
        try BuiltProgram("retail-world", [directory] + Self.reliable + options)
    }

    private func call(_ directory: String, key: String) async throws {
        #expect(try await client(directory).call(.mail, key: key, account: "martin") == .sent)
    }

    private func client(_ directory: String, timeout: Duration = .patience) -> WorldClient {
        WorldClient(directory: directory, timeout: timeout)
    }

    private func keys(in directory: String) throws -> [String] {
        try CallLog.records(in: directory).filter { $0.service != .start && !$0.repeat }.map(\.key)
    }

    @Test("stays with the new world when the world of a removed directory ends", arguments: lengths)
    func removed(length: Int) async throws {
        let directory = try makeDirectory(length)
        let old = try world(in: directory, "--idle", "PT20S")
        defer { old.kill() }
        try await call(directory, key: "old")
        // While it is stopped, it can neither end before the new one is there nor notice it.
        kill(old.process.processIdentifier, SIGSTOP)
        _ = try makeDirectory(length)
        let new = try world(in: directory)
        defer { new.kill() }
        try await call(directory, key: "new")
        let socket = try socketNumber(of: directory)
        kill(old.process.processIdentifier, SIGCONT)
        #expect(try await old.finish().code == 0)
        // A world whose socket has gone makes another one, which must not be needed.
        #expect(try socketNumber(of: directory) == socket)
        try await call(directory, key: "newer")
        #expect(try keys(in: directory) == ["new", "newer"])
    }

    private func socketNumber(of directory: String) throws -> Int {
        let path = try #require(Place.socket(of: directory))
        return try #require(FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int)
    }

    @Test(
        "is left by a world whose directory or lock was removed or replaced",
        arguments: ["removed", "replaced", "lock"])
    func lost(how: String) async throws {
        let directory = try makeDirectory(1)
        let world = try BuiltProgram("retail-world", [directory] + Self.reliable, keepsErrors: true)
        defer { world.kill() }
        try await call(directory, key: "k")
        switch how {
        case "lock": try FileManager.default.removeItem(atPath: directory + "/world.lock")
        case "replaced": _ = try makeDirectory(1)
        default: try FileManager.default.removeItem(atPath: directory)
        }
        #expect(try await world.finish().code == 0)
        #expect(try world.keptErrors().hasSuffix("was removed or replaced; this world has ended\n"))
        #expect(!FileManager.default.fileExists(atPath: directory + "/world.sock"))
    }

    @Test("is taken again when the socket was removed or replaced", arguments: [false, true], lengths)
    func socket(isReplaced: Bool, length: Int) async throws {
        let directory = try makeDirectory(length)
        let world = try world(in: directory)
        defer { world.kill() }
        try await call(directory, key: "a")
        let path = try #require(Place.socket(of: directory))
        try FileManager.default.removeItem(atPath: path)
        let stranger = isReplaced ? try RawSocket(ignoringCallersAt: path) : nil
        try await waitUntil("the world at \(path)") {
            (try? await client(directory, timeout: .seconds(1)).call(.mail, key: "b", account: "martin")) == .sent
        }
        withExtendedLifetime(stranger) {}
        #expect(try keys(in: directory) == ["a", "b"])
    }

    @Test("is not reported as empty when a world listens but reads nothing")
    func silent() async throws {
        let directory = try makeDirectory(1)
        let silent = try RawSocket(ignoringCallersAt: directory + "/world.sock")
        // More than the system buffers while nobody reads, so the rest does not leave.
        let client = client(directory, timeout: .seconds(2))
        // However busy this machine is: from here on there is a connection.
        try await waitUntil("a call that has left") { await refusal(of: client) == .noAnswer }
        let text = String(repeating: "x", count: 65_536)
        let errors = await withTaskGroup { group in
            for number in 0..<64 {
                group.addTask {
                    do {
                        _ = try await client.call(.mail, key: "\(number)", account: "martin", reference: text)
                    } catch {
                        return error as? WorldError
                    }
                    return nil
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        withExtendedLifetime(silent) {}
        #expect(errors.count == 64 && errors.allSatisfy { $0?.code == .noAnswer || $0?.code == .silent })
        let kept = try #require(errors.compactMap(\.self).first { $0.code == .silent })
        #expect(kept.description.contains("listens, but has read nothing within 2.0 seconds: it hangs, is stopped"))
        #expect(kept.disposition == .retry(after: nil))
    }

    @Test("is not reported as empty when too many callers wait already")
    func crowded() async throws {
        let directory = try makeDirectory(1)
        let path = directory + "/world.sock"
        let silent = try RawSocket(ignoringCallersAt: path, crowd: 1)
        let caller = try RawSocket(connectingTo: path)
        // A caller that had no time to look says that it has no connection, and names no reason.
        try await waitUntil("a call that has been looked after") {
            await refusal(of: client(directory, timeout: .seconds(1))) == .silent
        }
        withExtendedLifetime((silent, caller)) {}
    }

    /// Why a call has failed; `nil` for one that has not.
    private func refusal(of client: WorldClient) async -> WorldError.Code? {
        do { _ = try await client.call(.mail, key: "k", account: "martin") } catch {
            return (error as? WorldError)?.code
        }
        return nil
    }

    @Test("is reported as empty, with the reason, when nobody listens")
    func empty() async throws {
        let directory = try makeDirectory(1)
        let client = client(directory, timeout: .milliseconds(200))
        try await waitUntil("a call that has been looked after") {
            let error = await #expect(throws: WorldError.self) {
                try await client.call(.mail, key: "k", account: "martin")
            }
            #expect(error?.code == .unreachable)
            return error?.description.contains("No such file or directory") == true
        }
    }
}

/// What a world has written into its lock.
private struct Place: Decodable {
    var socket: String

    static func socket(of directory: String) -> String? {
        let text = FileManager.default.contents(atPath: directory + "/world.lock")
        return text.flatMap { try? JSONDecoder().decode(Place.self, from: $0) }?.socket
    }
}
