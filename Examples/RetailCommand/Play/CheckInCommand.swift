import ArgumentParser
import RetailPlay
import SkeinCore

/// `retail play checkin`
struct CheckInCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkin", abstract: "Play one check-in: a boarding pass in time, or the promise of one.",
        discussion: """
            The barcode generator is ok (it answers in 500 ms), slow (in 5 s), down (for 10 minutes), down-for a \
            duration, or down-forever.

            With --asynchronous it is sent request messages: slow then answers after a minute and a half, down answers \
            with a failure, and down-forever does not answer.

            EXAMPLE: retail play checkin --barcode down-for PT1H
            """)

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "How the barcode generator behaves.", valueName: "ok|slow|down|down-for duration|down-forever"))
    var barcode: [String] = ["ok"]

    @Flag(help: "Ask for the barcode by messages, again and again with the same idempotency key.")
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
