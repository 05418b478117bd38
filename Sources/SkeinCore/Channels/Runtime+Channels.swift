package import SkeinStorage
import SkeinTransport

extension Runtime {
    /// What the channels do at the moment, in the order in which they were given.
    package var channelReports: [ChannelReport] { monitors.map(\.report) }

    /// The engines of the channels: for each, one that sends and one that takes in.
    static func links(
        of plan: ChannelPlan, recorder: ChannelRecorder, core: RuntimeCore
    ) throws -> (engines: [any Engine], monitors: [ChannelMonitor]) {
        var engines: [any Engine] = []
        var monitors: [ChannelMonitor] = []
        for channel in plan.channels {
            let idle = ChannelReport.Connection(state: .connecting, since: core.environment.clock.now)
            let monitor = try ChannelMonitor(
                ChannelReport(
                    name: channel.name, transport: channel.channel.transport.label, process: channel.process,
                    sending: idle, takingIn: idle, remotes: channel.remotes.map(\.component)),
                core: core, reader: core.store.makeReader())
            let relay = try RelayEngine(core: core, channel: channel, monitor: monitor)
            let intake = try IntakeEngine(core: core, channel: channel, recorder: recorder, monitor: monitor) {
                [weak relay] asks in relay?.post(.announce(asks: asks))
            }
            engines += [intake, relay]
            monitors.append(monitor)
        }
        return (engines, monitors)
    }
}
