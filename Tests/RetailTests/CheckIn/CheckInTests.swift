import SkeinActions
import SkeinStorage
import CheckIn
import RetailPlay
import SkeinCore
import SkeinTesting
import Testing

@Suite("Check-in")
struct CheckInTests {
    private static let pass = "M1-b1-SK714"

    @Test("answers with the boarding pass when the generator answers", arguments: Way.allCases)
    func inTime(way: Way) throws {
        let (events, end) = try took(CheckInScenario().play(way.options))
        #expect(events == ["PT0.5S checkin.completed"])
        #expect((end.status, end.boardingPass) == (200, Self.pass))
        #expect(end.deliveries == [])
    }

    @Test(
        "promises the boarding pass when the generator is slow or down, and sends it once, through restarts too",
        arguments: [BarcodeScript.slow, .down(for: .minutes(10)), .down(for: .hours(1))], Way.allCases)
    func later(script: BarcodeScript, way: Way) throws {
        let scenario = CheckInScenario(barcode: script)
        let lines = try scenario.play(way.options)
        let (_, end) = try took(lines)
        #expect(try Told.lines(lines).map(\.type) == ["checkin.completed", "output.boardingPassSent", "end"])
        #expect((end.status, end.boardingPass) == (202, Self.pass))
        #expect(end.deliveries == [Self.pass])
        #expect(try lines == scenario.play())
    }

    @Test("refers the traveller to the counter when the retries run out", arguments: Way.allCases)
    func exhausted(way: Way) throws {
        let lines = try CheckInScenario(barcode: .downForEver).play(way.options)
        let (events, end) = try took(lines)
        #expect(events == ["PT2H35M30S checkin.travellerReferred"])
        #expect(end.deliveries == [])
    }

    @Test("without a way to the counter raises an incident, and repairing that delivers", arguments: Way.allCases)
    func repaired(way: Way) throws {
        let world = ScriptedBarcodes(.downForEver)
        let stage = try Stage(
            [CheckInComponents.checkIn(generator: world, onExhaustion: .incident), CheckInComponents.output(world)],
            way.options)
        world.begin(at: try stage.clock(of: "checkin"))
        try stage.send(CheckInScenario.request)
        stage.runToEnd()
        #expect(try stage.lines().isEmpty)
        #expect(try stage.incidents().map(\.kind) == ["activity"])
        let row = try #require(
            try stage.store(of: "checkin").makeReader().instance(component: "checkin", process: "checkin", key: "b1"))
        world.follow(.ok)
        try stage.begin(in: "checkin") { try await $0.retry(instance: row.id) }
        stage.runToEnd()
        #expect(world.deliveries == [Self.pass])
        #expect(try Told.lines(stage.lines()).map(\.type) == ["checkin.completed", "output.boardingPassSent"])
        #expect(try stage.incidents().isEmpty)
    }

    @Test("stops asking a generator that fails often, probes it, and comes back gradually", arguments: Way.allCases)
    func breaker(way: Way) throws {
        let world = ScriptedBarcodes(.down(for: .minutes(5)))
        let stage = try Stage(
            [CheckInComponents.checkIn(generator: world), CheckInComponents.output(world)], way.options)
        world.begin(at: try stage.clock(of: "checkin"))
        // Each crash reads all check-ins anew.
        let count = way.options.isCrashing ? 8 : 40
        for number in 1...count {
            try stage.send(
                RequestCheckIn(bookingID: "b\(number)", traveller: "t\(number)", flight: "SK714"))
        }
        let begun = stage.now
        stage.wait(until: .minutes(5))
        let attempts = world.attempts.count
        stage.runToEnd()
        #expect(Set(world.deliveries).count == count && world.deliveries.count == count)
        #expect(try Told.lines(stage.lines()).count { $0.type == "output.boardingPassSent" } == count)
        // A restart closes the circuit, so one at every commit lets every attempt through; all get their pass once.
        guard !way.options.isCrashing else { return }
        // Forty check-ins would have asked some two hundred times; the open circuit lets probes through.
        #expect(attempts < 60)
        let after = world.attempts.map { $0.since(begun) }.filter { $0 >= .minutes(5) }
        let starts = Dictionary(grouping: after) { $0 }.sorted { $0.key < $1.key }.map(\.value.count)
        #expect(starts.first == 1)
        #expect((starts.max() ?? 0) < 40)
    }

    @Test(
        "by messages repeats its request with one key, and refers the traveller after the last", arguments: Way.allCases
    )
    func resent(way: Way) throws {
        var options = way.options
        options.tellsAll = true
        let lines = try CheckInScenario(barcode: .downForEver, isAsynchronous: true).play(options)
        let requests = lines.filter { $0.contains("\"barcode.generate\"") }
        #expect(try Told.lines(requests).map(\.at) == ["P0D", "PT1M", "PT2M"])
        #expect(Set(requests.map { $0.drop { $0 != "k" } }).count == 1)
        #expect(lines.last?.contains(#""isReferred":true"#) == true)
        #expect(try Told.lines(lines).dropLast().last?.short == "PT3M checkin.travellerReferred")
    }

    @Test("by messages takes a late answer, and a failure at once", arguments: Way.allCases)
    func answered(way: Way) throws {
        let slow = try took(CheckInScenario(barcode: .slow, isAsynchronous: true).play(way.options))
        #expect(slow.events.last == "PT1M30S output.boardingPassSent")
        #expect(slow.end.deliveries?.count == 1)
        let failed = try took(CheckInScenario(barcode: .down(for: .zero), isAsynchronous: true).play(way.options))
        #expect(failed.events == ["P0D barcode.failed", "P0D checkin.travellerReferred"])
    }
}
