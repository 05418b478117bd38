import Skein

/// How a run has come to its end.
enum RunEnding: Sendable, Hashable {
    /// All orders have ended.
    case complete
    /// Orders are left, and nothing can move them but a person.
    ///
    /// `channels` are the files of the parts whose channel an operator has stopped.
    case held(incidents: Int, suspended: Int, channels: [String] = [])
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
            "\(Self.allEnded(progress)); whether every promise was kept, says: "
                + "retail audit --store \(store.shellWord) --world \(world.shellWord)"
        case .held(let incidents, let suspended, let channels):
            held(progress, incidents, suspended, channels, store)
        case .asked:
            "Stopped in order, with \(Counted(progress.open, "order")) open; the same command goes on from here."
        case .noWorld(let reason):
            "retail run: \(reason); the same command goes on from here when that is mended"
        }
    }

    /// That all orders have ended, in a few words.
    static func allEnded(_ progress: RunProgress) -> String {
        switch progress.placed {
        case 0: "No order was to be placed"
        case 1: "The order has ended"
        case let count: "All \(count) orders have ended"
        }
    }

    private func held(
        _ progress: RunProgress, _ incidents: Int, _ suspended: Int, _ channels: [String], _ store: String
    ) -> String {
        var causes: [String] = []
        var looks: [String] = []
        if incidents > 0 {
            causes.append(Counted(incidents, "incident").description)
            looks.append("skein incidents --store \(store.shellWord)")
        }
        if suspended > 0 {
            causes.append(Counted(suspended, "suspended process").description)
            looks.append("skein instances --state suspended --store \(store.shellWord)")
        }
        if !channels.isEmpty { causes.append(Counted(channels.count, "suspended channel").description) }
        var ways: [String] = []
        if !looks.isEmpty { ways.append("look at: " + looks.joined(separator: "; ")) }
        if !channels.isEmpty { ways.append(channels.map(SuspensionNotice.way).joined(separator: "; ")) }
        let isOver = progress.isPlaced && progress.open == 0 && progress.openPaymentCount == 0
        // Where a channel is stopped, an audit says no more than that messages are on their way.
        if ways.isEmpty || isOver && channels.isEmpty { ways.append("see what retail audit says") }
        let way = "To go on, \(ways.joined(separator: ", and ")); then start the same command again."
        let cause = causes.isEmpty ? "nothing that is known" : causes.joined(separator: " and ")
        if !progress.isPlaced {
            let missing = Counted(progress.orders - progress.placed, "order")
            return "Nothing moves: \(missing) cannot be placed, because of \(cause). \(way)"
        }
        if isOver {
            return "All orders have ended, but messages have not arrived where they belong, and nothing moves any "
                + "more. \(way)"
        }
        let left = "\(Counted(progress.open, "order")) and \(Counted(progress.openPaymentCount, "payment"))"
        return "Nothing moves any more: \(left) are left, parked by \(cause). \(way)"
    }
}
