import ChildPrograms
import Foundation
import Testing

@Suite("Wrong arguments", .fewAtATime)
struct ArgumentTests {
    /// A command line, and what its refusal says.
    struct Line: Sendable, CustomTestStringConvertible {
        var arguments: [String]
        var text: String

        /// - Parameter words: the arguments, separated by blanks.
        init(_ words: String, _ text: String) {
            (arguments, self.text) = (words.split(separator: " ").map(String.init), text)
        }

        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let play: [Line] = [
        Line("bogus", "Unexpected argument 'bogus'"),
        Line("play", "There is nothing to play: give at least one --pay"),
        Line("play bogus", "Unexpected argument 'bogus'"),
        Line("play --bogus", "Unknown option '--bogus'"),
        Line("play --pay", "Missing value for '--pay"),
        Line("play --pay kermit", "write [DURATION:]ACCOUNT=AMOUNT"),
        Line("play --pay kermit=25=30", "write [DURATION:]ACCOUNT=AMOUNT"),
        Line("play --pay =25", "write [DURATION:]ACCOUNT=AMOUNT"),
        Line("play --pay kermit=much", "'much' in 'kermit=much' is no amount"),
        Line("play --pay kermit=1,50", "'1,50' in 'kermit=1,50' is no amount"),
        Line("play --pay kermit=-1", "'-1' in 'kermit=-1' is no amount"),
        Line("play --pay kermit=0", "a payment of 0 pays nothing"),
        Line("play --pay 5d:kermit=25", "write an ISO 8601 duration, such as P5D or PT12H"),
        Line("play --pay -P5D:kermit=25", "Missing value for '--pay"),
        Line("play --pay=-P5D:kermit=25", "'-P5D' lies before the beginning"),
        Line("play --pay P40000D:kermit=25", "longer than a play lasts"),
        Line("play --pay kermit=25 --balance kermit", "write ACCOUNT=AMOUNT"),
        Line("play --pay kermit=25 --balance kermit=1 --balance kermit=2", "--balance is given twice for 'kermit'"),
        Line("play --pay kermit=25 --card kermit=lost", "'lost' in 'kermit=lost' is no state of a card"),
        Line("play --pay kermit=25 --card kermit=good --card kermit=good", "--card is given twice for 'kermit'"),
        Line("play --pay kermit=25 --update-card kermit=good", "does not say when the card is updated"),
        Line("play --pay kermit=25 --update-card soon:kermit=good", "'soon' is not a duration"),
    ]

    static let scenarios: [Line] = [
        Line("play order --notation poem", "Please provide one of 'code' and 'choreography'"),
        Line("play order --fetch never", "Please provide one of 'ok' and 'late'"),
        Line("play order --payment", "Missing value for '--payment"),
        Line("play order extra", "Unexpected argument 'extra'"),
        Line("play checkin --barcode", "Missing value for '--barcode"),
        Line("play checkin --barcode broken", "--barcode 'broken' cannot be read"),
        Line("play checkin --barcode down-for", "--barcode 'down-for' cannot be read"),
        Line("play checkin --barcode down-for soon", "'soon' is not a duration"),
        Line("play checkin --barcode down-for PT1H --asynchronous", "does not go with --asynchronous"),
        Line("play trip --fail boat", "Please provide one of 'hotel', 'car' or 'flight'"),
        Line("play trip --cancel-fails 20", "write a number from 0 to 19"),
        Line("play trip --cancel-fails many", "write a number from 0 to 19"),
        Line("play trip --cancel-fails=-1", "write a number from 0 to 19"),
    ]

    static let run: [Line] = [
        Line("run", "Missing expected argument '--store"),
        Line("run --store S", "Missing expected argument '--world"),
        Line("run --store S --world W extra", "Unexpected argument 'extra'"),
        Line("run --store S --world W --rate 0", "write a number from 0.01 to 10,000"),
        Line("run --store S --world W --rate 1e-300", "write a number from 0.01 to 10,000"),
        Line("run --store S --world W --rate 10001", "write a number from 0.01 to 10,000"),
        Line("run --store S --world W --rate nan", "write a number from 0.01 to 10,000"),
        Line("run --store S --world W --rate fast", "write a number from 0.01 to 10,000"),
        Line("run --store S --world W --orders -1", "write a whole number from 0 to 10,000,000"),
        Line("run --store S --world W --orders 9223372036854775807", "write a whole number from 0 to 10,000,000"),
        Line("run --store S --world W --time-scale 2s", "write an ISO 8601 duration from PT0.01S to P7D, such as PT2S"),
        Line("run --store S --world W --time-scale PT0S", "write an ISO 8601 duration from PT0.01S to P7D"),
        Line("run --store S --world W --time-scale P99999999999999D", "from PT0.01S to P7D"),
        Line("run --store S --world W --fail-rate 2", "--fail-rate is 2.0; it must be from 0 to 1"),
        Line("run --store S --world W --fail-rate -1", "--fail-rate is -1.0; it must be from 0 to 1"),
        Line(
            "run --store S --world W --fail-rate 0.6 --silent-rate 0.6", "make 1.2 together; they must make 1 at most"),
        Line("run --store S --world W --fail-rate often", "write a number from 0 to 1"),
        Line("run --store S --world W --slow-rate often", "write a number from 0 to 1"),
        Line("run --store S --world W --silent-rate often", "write a number from 0 to 1"),
        Line("run --store S --world W --expired-rate often", "write a number from 0 to 1"),
        Line("run --store S --world W --expired-rate 7", "--expired-rate is 7.0; it must be from 0 to 1"),
        Line("run --store S --world W --seed -1", "write a whole number from 0 to 18446744073709551615"),
        Line("run --store S --world W --slow 5", "'5' is not a duration"),
        Line("run --store S --world W --slow P1D", "write an ISO 8601 duration from P0D to PT1H"),
        Line("run --store S --world W --slow soon", "write an ISO 8601 duration from P0D to PT1H"),
        Line("audit --store S --world W --kills many", "write a whole number from 0 to 1,000,000"),
        Line("audit --store S --world W --kills -1", "write a whole number from 0 to 1,000,000"),
        Line("audit --store S --world W --kills 9223372036854775807", "write a whole number from 0 to 1,000,000"),
        Line("audit --store S --world W --json --text", "--json and --text exclude each other"),
    ]

    static let world: [Line] = [
        Line("W extra", "Unexpected argument 'extra'"),
        Line("W --bogus", "Unknown option '--bogus'"),
        Line("W --seed", "Missing value for '--seed"),
        Line("W --seed red", "write a whole number from 0 to 18446744073709551615"),
        Line("W --seed 18446744073709551616", "write a whole number from 0 to 18446744073709551615"),
        Line("W --fail-rate often", "write a number from 0 to 1"),
        Line("W --slow-rate often", "write a number from 0 to 1"),
        Line("W --silent-rate often", "write a number from 0 to 1"),
        Line("W --expired-rate often", "write a number from 0 to 1"),
        Line("W --fail-rate 2", "--fail-rate is 2.0; it must be from 0 to 1"),
        Line("W --expired-rate=-0.5", "--expired-rate is -0.5; it must be from 0 to 1"),
        Line("W --slow soon", "write an ISO 8601 duration from P0D to PT1H"),
        Line("W --slow=-PT1S", "--slow is -PT1S; it must be from P0D to PT1H"),
        Line("W --idle 60", "write an ISO 8601 duration from PT0.1S to P1D"),
        Line("W --idle P2D", "--idle is P2D; it must be from PT0.1S to P1D"),
        Line("W --fail-rate 0.5 --slow-rate 0.6", "make 1.1 together; they must make 1 at most"),
    ]

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The refusal of a program whose files would lie in the folder, where it must leave nothing.
    private func check(_ program: String, _ line: Line) async throws {
        let places = ["S": folder.file("shop.db"), "W": folder.file("world")]
        let (code, errors) = try await BuiltProgram.refusal(program, line.arguments.map { places[$0] ?? $0 })
        #expect(code == 64)
        #expect(errors.contains(line.text), "\(errors)")
        #expect(errors.contains("Usage: \(program)"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("of an audit of one file lack the world's record")
    func withoutWorld() async throws {
        try Data().write(to: URL(filePath: folder.file("shop.db")))
        let (code, errors) = try await BuiltProgram.refusal("retail", ["audit", "--store", folder.file("shop.db")])
        #expect(code == 64)
        #expect(errors.contains("Missing expected argument '--world"), "\(errors)")
    }

    @Test("of a play are refused with what to write instead", arguments: play + scenarios)
    func plays(line: Line) async throws { try await check("retail", line) }

    @Test("of a run or an audit are refused before anything is made", arguments: run)
    func runs(line: Line) async throws { try await check("retail", line) }

    @Test("of the outside world are refused before anything is made", arguments: world)
    func worlds(line: Line) async throws { try await check("retail-world", line) }

    @Test("can be avoided: every command explains itself", arguments: ["", " order", " checkin", " trip"])
    func help(scenario: String) async throws {
        let command = "play\(scenario)"
        let words = command.split(separator: " ").map(String.init)
        let (code, output) = try await BuiltProgram("retail", words + ["--help"]).finish()
        #expect(code == 0)
        #expect(output.contains("EXAMPLES:\n  retail \(command)"))
        // Each example fits into a line; one that is broken cannot be copied.
        let examples = output.split(separator: "EXAMPLES:\n").last?.split(separator: "\n\n").first ?? ""
        #expect(examples.split(separator: "\n").allSatisfy { $0.hasPrefix("  retail \(command)") })
        #expect(output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test("have their exit codes explained within 80 columns", arguments: ["run", "audit"])
    func exitCodes(command: String) async throws {
        let (code, output) = try await BuiltProgram("retail", [command, "--help"]).finish()
        #expect(code == 0)
        let table = output.split(separator: "EXIT CODES:\n").last?.split(separator: "\n\n").first ?? ""
        let lines = table.split(separator: "\n")
        #expect(lines.count >= 9 && lines.allSatisfy { $0.hasPrefix("  ") }, "\(table)")
        #expect(output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test("that are empty name nothing")
    func empty() async throws {
        for command in ["run", "audit"] {
            let world = try await BuiltProgram.refusal("retail", [command, "--store", "s.db", "--world", ""])
            #expect(world.code == 64)
            #expect(world.errors.contains("--world is empty; name a directory"))
            let store = try await BuiltProgram.refusal("retail", [command, "--store", "", "--world", folder.path])
            #expect(store.code == 64)
            #expect(store.errors.contains("--store is empty; name a file"))
        }
    }

    @Test("in the form of none at all show what there is")
    func none() async throws {
        let (code, output) = try await BuiltProgram("retail", []).finish()
        #expect(code == 0)
        for command in ["play", "run", "audit"] { #expect(output.contains("\n  \(command) ")) }
        let world = try await BuiltProgram.refusal("retail-world", [])
        #expect(world.code == 64)
        #expect(world.errors.contains("Missing expected argument '<dir>'"))
    }

    @Test("that name no store leave nothing to audit")
    func noStore() async throws {
        let store = folder.file("shop.db")
        let (code, errors) = try await BuiltProgram.refusal(
            "retail", ["audit", "--store", store, "--world", folder.file("world")])
        #expect(code == 66)
        #expect(errors == "retail audit: there is no store at \(store)\n")
        #expect(!FileManager.default.fileExists(atPath: store))
    }
}
