import RetailPlay
import Testing
import Trip

@Suite("Trips")
struct TripTests {
    @Test("are booked part by part", arguments: Way.allCases)
    func booked(way: Way) throws {
        #expect(
            try took(TripScenario().play(way.options)).events == [
                "P0D booking.made hotel", "P0D booking.made car", "P0D booking.made flight", "P0D trip.booked",
            ])
    }

    @Test("are undone in the reverse order when a part cannot be had", arguments: TripPart.allCases, Way.allCases)
    func undone(part: TripPart, way: Way) throws {
        let before = TripPart.allCases.prefix { $0 != part }
        let expected =
            before.map { "P0D booking.made \($0)" } + ["P0D booking.refused \(part)"]
            + before.reversed().map { "P0D booking.canceled \($0)" } + ["P0D trip.notBooked"]
        let scenario = TripScenario(unavailable: part)
        #expect(try took(scenario.play(way.options)).events == expected)
        #expect(try scenario.play(way.options) == scenario.play())
    }

    @Test("try a failing cancellation again until it succeeds", arguments: [1, 3, 12], Way.allCases)
    func retried(failures: Int, way: Way) throws {
        let scenario = TripScenario(unavailable: .flight, failingCancellations: failures)
        let (events, end) = try took(scenario.play(way.options))
        #expect(
            events.map { $0.split(separator: " ").dropFirst().joined(separator: " ") } == [
                "booking.made hotel", "booking.made car", "booking.refused flight", "booking.canceled car",
                "booking.canceled hotel", "trip.notBooked",
            ])
        #expect(end.cancelAttempts == 2 * (failures + 1))
    }
}
