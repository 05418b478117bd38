import ArgumentParser
import Skein

/// How the shop is divided among processes, where it is.
struct ApartOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Start a process for each component, each with a file of its own in the folder --store, and start again "
                + "what dies."))
    var apart = false

    @Option(
        help: ArgumentHelp(
            "Run these components alone, with commas between; the others run in other processes. The process of "
                + "checkout places the orders.", valueName: "component,…"))
    var only: String?

    @Option(
        help: ArgumentHelp(
            "The name of the process on the channel, the same at each start. (default: the components, joined by "
                + "hyphens)", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "The broker between the processes: kafka://HOST:PORT[,HOST:PORT…][/PREFIX], or "
                + "stomp://[USER:PASSWORD@]HOST:PORT, or stomp+ssl://…. Everybody on the machine can read arguments; "
                + "give a password by SKEIN_BROKER_USER and SKEIN_BROKER_PASSWORD instead. No other shop may use "
                + "the broker, or the same prefix of topics.", valueName: "url"))
    var channel: String?

    @Option(
        help: ArgumentHelp(
            "With --apart: these components are off from before the first order on; started later, they get "
                + "everything.", valueName: "component,…"))
    var off: String?

    /// Set by the supervisor for the processes that it starts: they end with it, and when it says so.
    @Flag(help: .private)
    var supervised = false

    /// How the shop is divided.
    enum Division {
        /// Not at all.
        case whole
        case part(ShopPart, ChannelAddress, isSupervised: Bool)
        case apart(ChannelAddress, off: [String])
    }

    /// - Throws: `ValidationError`.
    func division() throws -> Division {
        guard apart || only != nil else {
            // Those that say which of the two is missing come first.
            if off != nil { throw ValidationError("--off needs --apart") }
            if name != nil { throw ValidationError("--name needs --only with components") }
            if channel != nil { throw ValidationError("--channel needs --apart, or --only with components") }
            return .whole
        }
        if apart, only != nil { throw ValidationError("--apart and --only exclude each other; give one of them") }
        if apart, name != nil { throw ValidationError("--name needs --only; apart, each process has its component's") }
        if off != nil, !apart { throw ValidationError("--off needs --apart") }
        guard let channel else {
            throw ValidationError("--channel is missing, by which the processes talk: \(ChannelAddress.way)")
        }
        let address = try ChannelAddress(channel)
        if let only {
            return .part(try ShopPart(only: only, name: name), address, isSupervised: supervised)
        }
        let off = try off.map { try ShopPart.names(in: $0, option: "--off") } ?? []
        if off.contains(ShopPart.placing) {
            throw ValidationError("--off: '\(ShopPart.placing)' places the orders; without it nothing happens")
        }
        return .apart(address, off: off)
    }

    func validate() throws { _ = try division() }
}
