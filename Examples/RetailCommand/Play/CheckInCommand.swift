import ArgumentParser
import RetailPlay
import Skein

/// `retail play checkin`
struct CheckInCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkin", abstract: "Play one check-in: a boarding pass in time, or the promise of one.",
        usage: "retail play checkin [options]",
        discussion: """
            The traveller waits at a web page for 2 seconds: the boarding pass is there, or is promised and sent \
            later. Its barcode comes from a generator outside, which behaves as --barcode says:
              ok                 it answers in 500 ms
              slow               it answers in 5 s
              down               it refuses connections for 10 minutes
              down-for DURATION  it refuses connections for so long, such as PT1H
              down-forever       it refuses them until all attempts are used up

            The attempts go on for about two and a half hours; then the traveller is referred to the counter.

            With --asynchronous the generator is a component that is sent up to three request messages, a minute \
            apart. Then slow means that it answers after 90 seconds, down that it answers with a failure, and \
            down-forever that it does not answer.

            EXAMPLES:
              retail play checkin --barcode down-for PT1H
              retail play checkin --asynchronous --barcode slow
            """)

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "How the barcode generator behaves; see above.", valueName: "ok|slow|down|down-for duration|down-forever"))
    var barcode: [String] = ["ok"]

    @Flag(help: "Ask for the barcode by messages, each time with the same idempotency key.")
    var asynchronous = false

    @OptionGroup var flags: PlayFlags

    func run() throws {
        let scenario = CheckInScenario(barcode: try script(), isAsynchronous: asynchronous)
        try scenario.play(flags.options).printAll()
    }

    func validate() throws { _ = try script() }

    private func script() throws -> BarcodeScript {
        switch (barcode.first, barcode.count) {
        case ("ok", 1): return .ok
        case ("slow", 1): return .slow
        case ("down", 1): return .down(for: .minutes(10))
        case ("down-forever", 1): return .downForEver
        case ("down-for", 2):
            guard !asynchronous else {
                throw ValidationError("--barcode down-for does not go with --asynchronous; write down or down-forever.")
            }
            return .down(for: try Arguments.duration(barcode[1]))
        default:
            throw ValidationError(
                "--barcode '\(barcode.joined(separator: " "))' cannot be read; write ok, slow, down, down-for and a "
                    + "duration such as PT1H, or down-forever.")
        }
    }
}
