import ArgumentParser
import RetailWorld
import Skein

/// How the world behaves that a run starts.
struct RunWorldOptions: ParsableArguments {
    @Option(
        parsing: .unconditional, help: "Decides everything that looks like chance.",
        transform: { try WorldNumber.seed($0) }) var seed: UInt64?
    @Option(
        parsing: .unconditional, help: "The share of calls that fail before anything is done, from 0 to 1.",
        transform: { try WorldNumber.share($0) })
    var failRate: Double?
    @Option(
        parsing: .unconditional, help: "The share of calls that are answered late, from 0 to 1.",
        transform: { try WorldNumber.share($0) })
    var slowRate: Double?
    @Option(
        parsing: .unconditional, help: ArgumentHelp("How late, at most PT1H.", valueName: "duration"),
        transform: { try DurationOption.read($0, WorldConfiguration.slownesses) })
    var slow: DurationOption?
    @Option(
        parsing: .unconditional, help: "The share of calls that are carried out and never answered, from 0 to 1.",
        transform: { try WorldNumber.share($0) })
    var silentRate: Double?
    @Option(
        parsing: .unconditional, help: "The share of accounts whose card is expired, from 0 to 1.",
        transform: { try WorldNumber.share($0) })
    var expiredRate: Double?

    /// What the world would refuse is refused here: nobody sees why a world that is started does not come up.
    func validate() throws {
        if let problem = configuration.problem { throw ValidationError(problem) }
    }

    private var configuration: WorldConfiguration {
        var world = WorldConfiguration()
        world.setShares(fail: failRate, slow: slowRate, silent: silentRate)
        world.slowness = slow?.duration ?? world.slowness
        world.expiredRate = expiredRate ?? world.expiredRate
        return world
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
