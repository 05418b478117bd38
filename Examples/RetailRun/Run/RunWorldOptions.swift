import ArgumentParser
import SkeinCore

/// How the world behaves that a run starts.
struct RunWorldOptions: ParsableArguments {
    @Option(help: "Decides everything that looks like chance.") var seed: UInt64?
    @Option(help: "The share of calls that fail before anything is done, from 0 to 1.") var failRate: Double?
    @Option(help: "The share of calls that are answered late, from 0 to 1.") var slowRate: Double?
    @Option(help: ArgumentHelp("How late.", valueName: "duration"), transform: DurationOption.read)
    var slow: DurationOption?
    @Option(help: "The share of calls that are carried out and never answered, from 0 to 1.") var silentRate: Double?
    @Option(help: "The share of accounts whose card is expired, from 0 to 1.") var expiredRate: Double?

    /// What the world would refuse is refused here: nobody sees why a world that is started does not come up.
    func validate() throws {
        let shares = [
            ("--fail-rate", failRate), ("--slow-rate", slowRate), ("--silent-rate", silentRate),
            ("--expired-rate", expiredRate),
        ]
        for case (let name, let share?) in shares where !(0...1).contains(share) {
            throw ValidationError("\(name) is \(share); it must be from 0 to 1")
        }
        if let slow, slow.duration < .zero {
            throw ValidationError("--slow is \(slow.duration.iso8601); it must not be negative")
        }
    }

    /// As `retail-world` takes them.
    var arguments: [String] {
        let given: [(String, String?)] = [
            ("--seed", seed.map { "\($0)" }), ("--fail-rate", failRate.map { "\($0)" }),
            ("--slow-rate", slowRate.map { "\($0)" }), ("--slow", slow?.duration.iso8601),
            ("--silent-rate", silentRate.map { "\($0)" }), ("--expired-rate", expiredRate.map { "\($0)" }),
        ]
        return given.flatMap { name, value in value.map { [name, $0] } ?? [] }
    }
}
