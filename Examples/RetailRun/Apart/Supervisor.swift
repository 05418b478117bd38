import Foundation
import RetailWorld
import Skein

/// Runs the shop as one process a component, starts again what dies, and ends all when all orders have ended.
///
/// It works on no file: what is to be known, it reads from the files of the parts. The part that places the orders
/// starts when all others are connected, because a broker keeps messages only for readers that it knows. The parts end
/// when this process does, also when it is killed.
final class Supervisor {
    private enum Phase {
        /// All but the part that places orders are started.
        case opening
        case running
        /// All parts are to end.
        case closing(RunEnding)
    }

    /// How often all may be started again because something was still on its way when all had ended.
    private static let rounds = 20

    private let settings: RunSettings
    private let channel: ChannelAddress
    private let off: [String]
    /// The parts of `off` that were connected in an earlier run; the broker keeps messages for them already.
    private let absent: Set<String>
    private let folder: ShopFolder
    private let parts = ShopPart.all
    private let files: ShopFiles
    private let launcher: PartLauncher
    private let start = ContinuousClock.now
    private var lives: [String: PartLife] = [:]
    private var phase = Phase.opening
    private var progress: RunProgress
    private var display: ProgressDisplay
    private var notice: ConnectionNotice
    private var suspensions = SuspensionNotice()
    private var standstill = Standstill()
    private var view = ShopFiles.View()
    /// The parts that have been connected since they were started here, and so are known to the broker.
    private var known: Set<String> = []
    /// Lines that are printed only once.
    private var printed: Set<String> = []
    private var round = 0
    private var failedLooks = 0
    /// Why the parts are to end though orders are left.
    private var failure: CommandFailure?

    /// - Parameter off: components that are started, so that the broker knows them, and ended before the first order.
    /// - Throws: ``CommandFailure``: `unavailable` without the transport, `cannotCreate` and `tryLater` for the folder.
    init(settings: RunSettings, channel: ChannelAddress, off: [String]) throws {
        _ = try channel.transport()
        let folder = ShopFolder(settings.store)
        try folder.take()
        try WorldFolder(settings.world).prepare()
        var common = settings.arguments
        if let at = common.firstIndex(of: "--store") { common.removeSubrange(at...at + 1) }
        launcher = try PartLauncher(
            folder: folder, arguments: ["--channel", channel.text] + common,
            variables: channel.credentials?.variables ?? [:])
        (self.settings, self.channel, self.off, self.folder) = (settings, channel, off, folder)
        files = ShopFiles(folder, parts: parts)
        absent = Set(off).intersection(try files.connectedBefore())
        known = absent
        progress = RunProgress(orders: settings.orders)
        notice = ConnectionNotice(store: settings.store)
        display = ProgressDisplay(store: settings.store, counting: "restarts")
        for part in parts { lives[part] = PartLife() }
    }

    /// Runs until all orders have ended and every message has arrived, until only a person can help, or until the
    /// process is asked to stop.
    ///
    /// - Throws: ``CommandFailure`` when a part ends in a way that another start does not mend.
    func run() async throws -> RunSummary {
        try StopRequest.check()
        defer {
            for process in lives.values.compactMap(\.process) { kill(process, SIGKILL) }
            files.close()
        }
        // Of a shop in which nothing has happened, and nothing is to happen, no part has to be asked.
        if settings.orders == 0, try files.look().position == 0 { return try summary(.complete) }
        var turn = 0
        while true {
            try tend()
            if turn % 5 == 0 { try look() }
            turn += 1
            if case .closing(let ending) = phase, lives.values.allSatisfy(\.isOff) {
                if let failure { throw failure }
                if let ending = try settled(ending) { return try summary(ending) }
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private var now: Duration { ContinuousClock.now - start }

    private var restarts: Int { lives.values.reduce(0) { $0 + $1.restarts } }

    /// Starts, ends and buries processes, as the phase wants it.
    private func tend() throws {
        if StopRequest.isMade, case .closing = phase {} else if StopRequest.isMade { phase = .closing(.asked) }
        for part in parts {
            guard var life = lives[part] else { continue }
            if let process = life.process, let end = PartLauncher.end(of: process) {
                life.ended(end, at: now)
                if life.isDue { tell(of: part, end) }
            }
            if let code = life.failure, failure == nil {
                (failure, phase) = (failure(of: part, code), .closing(.asked))
            }
            if isWanted(part) {
                life.begin(at: now)
            } else if let action = life.end(at: now) {
                try perform(action, part, &life)
            }
            if let action = life.tick(at: now) { try perform(action, part, &life) }
            lives[part] = life
        }
    }

    /// Says once how a process ends that is started again and again, and why: its log is read by nobody else. Who
    /// kills a process knows it.
    private func tell(of part: String, _ end: PartLife.End) {
        guard end != .killed(by: SIGKILL), printed.insert("\(part) \(end)").inserted else { return }
        display.say(
            "retail run: the process of \(part) \(end), and is started again: \(launcher.lastWord(of: part))")
    }

    private func isWanted(_ part: String) -> Bool {
        switch phase {
        case .closing: false
        case .opening: part != ShopPart.placing && !absent.contains(part)
        case .running: !off.contains(part)
        }
    }

    private func perform(_ action: PartLife.Action, _ part: String, _ life: inout PartLife) throws {
        switch action {
        case .start: life.started(try launcher.start(part), at: now)
        case .signal(let signal, let process): kill(process, signal)
        }
    }

    private func failure(of part: String, _ code: Int32) -> CommandFailure {
        let code = CommandFailure.Code(rawValue: code) ?? .software
        return CommandFailure(
            code, "the process of \(part) has ended with exit code \(code.rawValue): \(launcher.lastWord(of: part))")
    }

    /// Looks into the files, and decides what comes next.
    private func look() throws {
        let suspended = view.suspendedChannels
        do {
            view = try files.look()
            try files.advance(&progress)
            failedLooks = 0
        } catch {
            // A file may just be recovered by its next owner.
            failedLooks += 1
            files.close()
            if failedLooks > 100 { throw error }
            return
        }
        let living = parts.filter { lives[$0]?.process != nil }
        if let text = notice.note(living.compactMap { view.channels[$0] }) { display.say("retail run: \(text)") }
        for text in suspensions.note(Set(stopped.map(folder.file))) { display.say("retail run: \(text)") }
        // What an operator has let go on may move at last.
        if view.suspendedChannels != suspended { standstill = Standstill() }
        display.show(progress, retries: restarts, incidents: view.incidents)
        for part in living where view.channels[part]?.takingIn.isOpen == true { known.insert(part) }
        switch phase {
        case .opening: decideToRun()
        case .running: try decide()
        case .closing: break
        }
    }

    /// The parts that are wanted, and whose channel an operator has stopped.
    private var stopped: [String] {
        parts.filter { part in
            guard view.suspendedChannels.contains(part) else { return false }
            if case .opening = phase { return !absent.contains(part) }
            return !off.contains(part)
        }
    }

    private var held: RunEnding {
        .held(incidents: view.incidents, suspended: view.suspended, channels: stopped.map(folder.file))
    }

    /// Lets the orders come when all other parts are connected. Those that an operator keeps from it are not waited for
    /// longer than anything moves.
    private func decideToRun() {
        let isStill = standstill.note(position: view.position)
        let missing = parts.filter { !known.contains($0) && $0 != ShopPart.placing }
        if missing.isEmpty {
            (phase, standstill) = (.running, Standstill())
        } else if isStill, !view.isSomethingDue, missing.allSatisfy(stopped.contains) {
            phase = .closing(held)
        }
    }

    private func decide() throws {
        let isStill = standstill.note(position: view.position)
        let isVain = isStill && progress.isPlaced && !view.isSomethingDue
        guard progress.isComplete || isVain else { return }
        let missing = try files.onTheirWay(without: off)
        if let missing, missing.isEmpty { return phase = .closing(progress.isComplete ? .complete : held) }
        guard isVain else { return }
        if let missing { tell(of: missing) }
        // What a broker has, or a channel without a connection, moves by itself. What was skipped at a relay, cannot be
        // read or was lost by the broker does not.
        let isConnected = parts.allSatisfy {
            off.contains($0) || stopped.contains($0) || view.channels[$0]?.takingIn.isOpen == true
        }
        if isConnected, standstill.isFinal || !stopped.isEmpty { phase = .closing(held) }
    }

    /// Says once between which parts messages are, when nothing moves: the numbers of orders do not show them.
    private func tell(of missing: [Transfers.Missing]) {
        let ways = Dictionary(grouping: missing) { "\($0.writer) to \($0.receiver)" }
        let list = ways.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value.count))" }.joined(separator: ", ")
        guard printed.insert(list).inserted else { return }
        display.say("retail run: nothing moves, and messages are still on their way: \(list)")
    }

    /// Whether the end is the end: a timer may have gone off while the parts were ending, and what it has brought about
    /// may be on its way.
    ///
    /// - Returns: the ending; `nil` when all parts are to go on.
    private func settled(_ ending: RunEnding) throws -> RunEnding? {
        files.close()
        try files.advance(&progress)
        guard case .complete = ending else { return ending }
        if try progress.isComplete && files.isAtRest(without: off) { return ending }
        round += 1
        guard round < Self.rounds else {
            throw CommandFailure(
                .software, "messages are still on their way after \(round) starts; see what retail audit says")
        }
        (phase, known, standstill) = (.opening, absent, Standstill())
        return nil
    }

    private func summary(_ ending: RunEnding) throws -> RunSummary {
        view = try files.look()
        let closing = ending.closing(progress, store: settings.store, world: settings.world)
        display.end(progress, retries: restarts, incidents: view.incidents, closing: closing)
        return RunSummary(progress, ending, restarts: restarts, incidents: view.incidents)
    }
}
