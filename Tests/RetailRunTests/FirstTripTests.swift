import ChildPrograms
import Foundation
import Testing

@Suite("The program of the README", .fewAtATime)
struct FirstTripTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Runs the program until the trip has ended that the store has been told of so many times.
    private func run(times: Int) async throws -> String {
        let program = try BuiltProgram("FirstTrip", [], in: folder.path)
        let store = folder.file("trips.db")
        try await waitUntil("the end of the trip") {
            let instances = try await BuiltProgram("skein", ["instances", "--store", store, "--state", "completed"])
                .finish().output
            let events = try await BuiltProgram("skein", ["events", "--store", store]).finish().output
            return instances.contains("Rome") && events.split { $0.isWhitespace }.count { $0 == "trip.book" } == times
        }
        program.send(SIGINT)
        let (code, output) = try await program.finish()
        #expect(code == 0)
        return output
    }

    @Test("prints what the README says, and books a trip once however often it is started")
    func readme() async throws {
        let readme = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md"),
            encoding: .utf8)
        let output = try await run(times: 1)
        #expect(output.hasSuffix("car canceled\nhotel canceled\n"))
        #expect(readme.contains("```\n\(output)```\n"))
        #expect(try await run(times: 2) == "")
    }
}
