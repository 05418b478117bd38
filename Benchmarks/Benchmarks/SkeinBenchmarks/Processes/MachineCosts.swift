import Foundation
@_spi(Measurement) import SkeinCore

/// What the state machine of a code process costs by itself: no kernel, no commit, no thread but the caller's.
struct MachineCosts: Sendable {
    /// Made, and started by a message, up to its first activity.
    let start: Duration
    /// Made anew and fed the row of its start, up to its first activity: what each wakes with that sleeps and is not in
    /// memory.
    let revival: Duration
    /// The result of an activity, up to the next one.
    let step: Duration
    /// Made anew and fed the rows of a journal of four steps.
    let replay: Duration

    static func measure(_ count: Int) throws -> MachineCosts {
        let steps = 4
        let clock = ContinuousClock()
        let result = Data("1".utf8)
        let machines = try (0..<count).map { number in
            try BareMachine(Tally(), start: TallyRequested(id: "bare-\(number)", steps: steps + 1, waits: false))
        }
        let start = clock.measure { for machine in machines { machine.begin() } }
        let revival = try clock.measure { for machine in machines { try machine.replay() } }
        let walk = clock.measure {
            for machine in machines {
                for step in 1...Int64(steps) { machine.complete(step, with: 1, as: result) }
            }
        }
        let replay = try clock.measure { for machine in machines { try machine.replay() } }
        return MachineCosts(
            start: start / count, revival: revival / count, step: walk / (count * steps), replay: replay / count)
    }
}
