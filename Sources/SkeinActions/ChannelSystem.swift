/// The name of a channel among the systems that operators suspend; only actions and the store have it.
package enum ChannelSystem {
    private static let prefix = "channel/"

    /// The name that actions and the store have for a channel.
    package static func name(of channel: String) -> String { prefix + channel }

    /// The channel that a system is; `nil` for an outside system.
    package static func channel(of system: String) -> String? {
        system.hasPrefix(prefix) ? String(system.dropFirst(prefix.count)) : nil
    }

    /// What people call a system: `channel 'shop'`, `system 'printer'`.
    package static func label(of system: String) -> String {
        channel(of: system).map { "channel '\($0)'" } ?? "system '\(system)'"
    }
}
