import ChildPrograms
import Foundation
import Testing

@Suite("A value that the command refuses", .fewAtATime)
struct AdmittedTests {
    /// A wrong command line, and what its error must say.
    struct Line: Sendable, CustomTestStringConvertible {
        var arguments: [String]
        var admitted: String

        /// - Parameter words: the arguments, separated by blanks.
        init(_ words: String, _ admitted: String) {
            (arguments, self.admitted) = (words.split(separator: " ").map(String.init), admitted)
        }

        var testDescription: String { arguments.joined(separator: " ") }
    }

    private static let limit = "write a whole number from 1 to 100,000"
    private static let id = "write its number, 1 or more, as the lists show it"
    private static let instance =
        "write the number of an instance, 1 or more, or its address: component/process/key, such as"
    private static let position = "write a position in the log: a whole number from 0 to 9223372036854775807"
    private static let moment = "write a time such as 2026-03-01T12:00:00Z, or how long ago it was: 90s, 15m, 2h or 3d"
    private static let duration = "write a duration of ISO 8601 from PT0S to P36500D, such as PT1S, PT10M or P2D"
    private static let edit = "edit --instance 1 --activity 1 "

    static let lists: [Line] = [
        Line("events --limit 10000000", limit), Line("events --limit 0", limit), Line("events --limit -1", limit),
        Line("events --after -1", position), Line("events --since -5m", moment), Line("instances --before -1", id),
        Line("instance 1 --journal -5", limit), Line("events --limit many", limit),
        Line("events --after=-1", position), Line("events --after 9223372036854775808", position),
        Line("events --since yesterday", moment), Line("events --since 1000000d", moment),
        Line("events --until 5", moment),
        Line("events --kind rumour", "'event', 'command', 'query' or 'document'"),
        Line("instances --limit 100001", limit), Line("instances --before 0", id),
        Line("instances --attribute novalue", "write name=value"),
        Line(
            "instances --state asleep",
            "one of the following: - running - suspended - parked - completed - failed - canceled"),
        Line("instance one", instance), Line("instance /payment", instance), Line("instance 1 --journal 0", limit),
        Line("incidents --limit 100001", limit), Line("incidents --before x", id),
    ]

    static let actions: [Line] = [
        Line("retry 0", id), Line("retry --instance x", instance), Line("skip x", id), Line("redirect x --to a", id),
        Line("cancel x", instance), Line("terminate 0", instance), Line("suspend x", instance),
        Line("resume 0", instance),
        Line("edit x --payload {}", id), Line("edit --instance x --activity 1 --attempts 2", instance),
        Line("edit --instance 1 --activity 0 --attempts 2", id),
        Line(edit + "--attempts 0", "write a whole number of 1 or more, or 'unlimited'"),
        Line(edit + "--attempts -1", "write a whole number of 1 or more, or 'unlimited'"),
        Line(edit + "--jitter -0.5", "write a number from 0 to 1"), Line("retry --instance -3", instance),
        Line(edit + "--attempts many", "write a whole number of 1 or more, or 'unlimited'"),
        Line(edit + "--initial-delay 5s", duration), Line(edit + "--maximum-delay=-PT1S", duration),
        Line(edit + "--maximum-delay P36501D", duration),
        Line(edit + "--within soon", duration + ", or 'unlimited'"),
        Line(edit + "--within=-P1D", duration + ", or 'unlimited'"),
        Line(edit + "--factor 0.5", "write a number of 1 or more"),
        Line(edit + "--factor inf", "write a number of 1 or more"),
        Line(edit + "--jitter 2", "write a number from 0 to 1"),
        Line(edit + "--jitter x", "write a number from 0 to 1"),
    ]

    @Test("says what is admitted, for every value with bounds", arguments: lists + actions)
    func admitted(line: Line) async throws {
        let result = try await Skein.run(line.arguments + ["--store", "/tmp/skein-no-store.db"])
        #expect(result.exitCode == 64)
        let text = result.error.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains(line.admitted), "\(result.error)")
    }

    @Test("is none at the bounds")
    func bounds() async throws {
        for line in ["events --limit 100000", "instances --limit 1", "events --after 0", "events --since 999999d"] {
            let arguments = line.split(separator: " ").map(String.init) + ["--store", "/tmp/skein-no-store.db"]
            #expect(try await Skein.run(arguments).exitCode == 66, "\(line)")
        }
    }
}
