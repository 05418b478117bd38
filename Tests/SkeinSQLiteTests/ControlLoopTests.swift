import ChildPrograms
import Foundation
import SkeinStorage
import Synchronization
import Testing

@testable import SkeinOperator

@Suite("The loop of the control socket")
struct ControlLoopTests {
    /// What the loop has done, in order.
    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])

        var entries: [String] { lines.withLock { $0 } }

        func note(_ line: String) { lines.withLock { $0.append(line) } }
        func count(_ line: String) -> Int { entries.count { $0 == line } }
    }

    private let folder: TemporaryFolder
    private let log = Log()

    init() throws { folder = try TemporaryFolder() }

    /// A loop that ends after so many turns, or when it gets a request.
    private func makeLoop(turns: Int, accept: @escaping @Sendable (Int32) -> Int32) throws -> ControlLoop {
        let log = log
        return try ControlLoop(round: 1, accept: accept) {
            log.note("turn")
            let isOver = log.count("turn") >= turns || log.count("take") > 0
            return isOver ? StoreError(.closed, "the test is over") : nil
        }
    }

    private func run(_ loop: ControlLoop, _ listener: consuming ControlListener) async throws {
        let (listener, log) = (Handover(listener), log)
        try await onThread {
            guard let listener = listener.take() else { return }
            loop.run(listener) { request in
                log.note("take")
                loop.answer(request, Array("done".utf8))
            }
        }
    }

    @Test("sleeps a round before it tries again to let a caller in for whom there is no descriptor")
    func noDescriptors() async throws {
        let listener = try ControlListener(at: folder.file("sock"))
        let caller = try RawSocket(connectingTo: folder.file("sock"))
        caller.write(Data("hello\n".utf8))
        let log = log
        let loop = try makeLoop(turns: 1000) { listener in
            log.note("accept")
            return log.count("accept") <= 5 ? -EMFILE : ControlSocket.accept(listener)
        }
        try await run(loop, listener)
        let before = log.entries.prefix { $0 != "take" }.split(separator: "accept", omittingEmptySubsequences: false)
        // A turn after each attempt, and one in which nobody is let in.
        #expect(before.dropFirst().dropLast().allSatisfy { $0.count >= 2 }, "\(log.entries)")
        #expect(log.count("accept") == 6 && log.count("take") == 1)
        #expect(caller.readLine() == "done")
    }

    @Test("passes blank lines by at once, and takes the request behind them")
    func blankLines() async throws {
        let listener = try ControlListener(at: folder.file("sock"))
        let caller = try RawSocket(connectingTo: folder.file("sock"))
        caller.write(Data("\n \r\n\n\t\n\nhello\n".utf8))
        try await run(makeLoop(turns: 1000, accept: ControlSocket.accept), listener)
        // One turn lets the caller in, the next one reads.
        #expect(log.entries.prefix { $0 != "take" } == ["turn", "turn"])
        #expect(caller.readLine() == "done")
    }
}
