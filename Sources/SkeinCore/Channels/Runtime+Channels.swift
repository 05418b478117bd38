package import SkeinStorage
import SkeinTransport
internal import Logging

extension Runtime {
    /// What the channels do at the moment, in the order in which they were given.
    package var channelReports: [ChannelReport] { monitors.map(\.report) }

    /// What is known about the channels of a plan.
    static func monitors(of plan: ChannelPlan, core: RuntimeCore) throws -> [ChannelMonitor] {
        try plan.channels.map { channel in
            let idle = ChannelReport.Connection(state: .connecting, since: core.environment.clock.now)
            let transport = channel.channel.transport
            var report = ChannelReport(
                name: channel.name, transport: transport.label, process: channel.process, sending: idle,
                takingIn: idle, remotes: channel.remotes.map(\.component))
            report.readsAt = transport.location(of: .replies(to: channel.process), for: channel.process)
            return try ChannelMonitor(report, core: core, reader: core.store.makeReader())
        }
    }

    /// Hands over what channels of the last start had not sent, before anything is sent.
    static func succeedChannels(_ plan: ChannelPlan, core: RuntimeCore) throws -> ChannelPlan {
        let succession = try ChannelSuccession(
            plan, catalogue: core.catalogue, reader: core.store.makeReader(), now: core.environment.clock.now)
        for (channel, problem) in succession.problems.sorted(by: { $0.key < $1.key }) {
            core.logger.warning("a channel has a problem", metadata: ["channel": "\(channel)", "error": "\(problem)"])
        }
        if !succession.isEmpty {
            let (unit, places) = (CommitUnit(writes: succession.writes), succession.positions)
            _ = try core.store.commit(CommitBatch(units: [unit]) { _ in places })
        }
        return plan.with(formerNames: succession.formerNames)
    }

    /// The engines of the channels: for each, one that takes in and one that sends.
    func links(of plan: ChannelPlan, recorder: ChannelRecorder) throws -> [any Engine] {
        let lags = SubscriptionLags(tail: core.tail) { [weak self] in self?.currentEngines ?? [] }
        return try zip(plan.channels, monitors).flatMap { channel, monitor -> [any Engine] in
            let relay = try RelayEngine(core: core, channel: channel, monitor: monitor)
            let intake = try IntakeEngine(
                core: core, channel: channel, recorder: recorder, monitor: monitor, lags: lags
            ) { [weak relay] asks in relay?.post(.announce(asks: asks)) }
            return [intake, relay]
        }
    }
}
