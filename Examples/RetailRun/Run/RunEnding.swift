import Skein

/// How a run has come to its end.
enum RunEnding: Sendable, Hashable {
    /// All orders have ended.
    case complete
    /// Orders are left, and nothing can move them but a person.
    case held(incidents: Int, suspended: Int)
    /// Somebody wanted it to stop.
    case asked
    /// There is no outside world, for the reason given.
    case noWorld(String)

    /// The code that a process ends with.
    var exitCode: Int32 {
        switch self {
        case .complete: 0
        case .held: 1
        case .asked: CommandFailure.Code.tryLater.rawValue
        case .noWorld: CommandFailure.Code.unavailable.rawValue
        }
    }

    /// The last sentence of a run, for people.
    func closing(_ progress: RunProgress, store: String, world: String) -> String {
        switch self {
        case .complete:
            "All \(Counted(progress.placed, "order")) have ended; whether every promise was kept, says: "
                + "retail audit --store \(store.shellWord) --world \(world.shellWord)"
        case .held(let incidents, let suspended):
            held(progress, incidents, suspended, store)
        case .asked:
            "Stopped in order, with \(Counted(progress.open, "order")) open; the same command goes on from here."
        case .noWorld(let reason):
            "retail run: \(reason); the same command goes on from here when that is mended"
        }
    }

    private func held(_ progress: RunProgress, _ incidents: Int, _ suspended: Int, _ store: String) -> String {
        var causes: [String] = []
        var ways: [String] = []
        if incidents > 0 {
            causes.append(Counted(incidents, "incident").description)
            ways.append("skein incidents --store \(store.shellWord)")
        }
        if suspended > 0 {
            causes.append(Counted(suspended, "suspended process").description)
            ways.append("skein instances --state suspended --store \(store.shellWord)")
        }
        if progress.open == 0, progress.openPaymentCount == 0 {
            let looks = ways.isEmpty ? "" : "look at: \(ways.joined(separator: "; ")), and "
            return "All orders have ended, but messages have not arrived where they belong, and nothing moves any "
                + "more. To go on, \(looks)see what retail audit says; then start the same command again."
        }
        let left = "\(Counted(progress.open, "order")) and \(Counted(progress.openPaymentCount, "payment"))"
        let cause = causes.isEmpty ? "nothing that is known" : causes.joined(separator: " and ")
        let way = ways.isEmpty ? "see what retail audit says" : "look at: " + ways.joined(separator: "; ")
        return "Nothing moves any more: \(left) are left, parked by \(cause). To go on, \(way); "
            + "then start the same command again."
    }
}
