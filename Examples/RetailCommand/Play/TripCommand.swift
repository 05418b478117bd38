public import ArgumentParser
import RetailPlay
public import Trip

/// `retail play trip`
struct TripCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trip", abstract: "Play the booking of one trip, and its undoing.",
        usage: "retail play trip [options]",
        discussion: """
            A hotel, a car and a flight are booked, in this order. When a part cannot be had, those before it are \
            canceled in the reverse order, each tried again until it succeeds.

            EXAMPLES:
              retail play trip
              retail play trip --fail flight --cancel-fails 3
            """)

    @Option(help: ArgumentHelp("The part that cannot be had; none unless given.", valueName: "part"))
    var fail: TripPart?

    @Option(
        help: ArgumentHelp(
            "How often each cancellation fails before it succeeds, from 0 to 19. (default: 0)", valueName: "times"),
        transform: { try times($0) })
    var cancelFails = 0

    @OptionGroup var flags: PlayFlags

    private static func times(_ text: String) throws -> Int {
        guard let times = Int(text), (0..<20).contains(times) else {
            throw ValidationError("a cancellation is tried 20 times; write a number from 0 to 19")
        }
        return times
    }

    func run() throws {
        try TripScenario(unavailable: fail, failingCancellations: cancelFails).play(flags.options).printAll()
    }
}

extension TripPart: @retroactive ExpressibleByArgument {}
