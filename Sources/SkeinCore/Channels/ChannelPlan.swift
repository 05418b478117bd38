import SkeinStorage
import SkeinTransport
internal import Logging
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The channels of a runtime, checked: which process it is on each, and which remote components each leads to.
struct ChannelPlan: Sendable {
    /// One channel.
    struct Planned: Sendable {
        let channel: Channel
        /// The name of this process on the channel.
        let process: String
        /// The components that run elsewhere and are reached by the channel.
        let remotes: [Remote]
        /// The components that run here.
        let components: [String]
        /// The name of the first channel of the runtime.
        let first: String
        /// The names of all channels of the runtime, by themselves and by the names of those in whose place they have
        /// come.
        var ways: [String: String]
        /// The destinations here that an earlier channel reads, at the same place of the same broker: that has one
        /// reader of them.
        let readElsewhere: Set<Destination>
        /// The names of other channels that may have read at the same places.
        let besides: [String]
        /// Whether something here is published in the mode ``PublishingMode/fireAndForget``.
        var hasUnreliable: Bool

        var name: String { channel.name }
        /// Names the relay as a subscription.
        var relay: String { "relay/\(name)" }
    }

    private(set) var channels: [Planned]

    /// The channels, with the names of those in whose place they have come.
    func with(formerNames: [String: [String]]) -> ChannelPlan {
        let ways = ChannelRoute.ways(channels.map(\.name), formerNames: formerNames)
        var plan = self
        for index in plan.channels.indices { plan.channels[index].ways = ways }
        return plan
    }

    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    init(_ channels: [Channel], remotes: [Remote], catalogue: Catalogue) throws {
        let components = catalogue.registries.map(\.component)
        var problems = Self.problems(of: channels, components: components)
        if !channels.isEmpty, components.contains(UnreadableMessages.component) {
            problems.append(
                "a component is called '\(UnreadableMessages.component)', as the one that parks what channels "
                    + "deliver and nobody can read; give it another name")
        }
        problems += Self.problems(of: remotes, channels: channels, components: components)
        let hasUnreliable = catalogue.modes.values.contains(.fireAndForget)
        let planned = Self.planned(channels, remotes: remotes, components: components, hasUnreliable)
        for channel in planned { problems += Self.missingAbilities(of: channel) }
        if !problems.isEmpty { throw ConfigurationError(problems) }
        self.channels = planned
    }

    private static func planned(
        _ channels: [Channel], remotes: [Remote], components: [String], _ hasUnreliable: Bool
    ) -> [Planned] {
        let names = channels.map(\.name)
        let ways = ChannelRoute.ways(names, formerNames: [:])
        let processes = channels.map { $0.process ?? components.first ?? "" }
        let locations = zip(channels, processes).map { channel, process in
            let own = components.map { Destination.commands(to: $0) } + [.replies(to: process)]
            return own.reduce(into: [Destination: String]()) { locations, destination in
                let reader = SourceSubscription(destination).reader(of: process)
                locations[destination] = channel.transport.location(of: destination, for: reader)
            }
        }
        return channels.indices.map { index in
            let (own, earlier) = (locations[index], Set(locations[..<index].flatMap(\.values)))
            let besides = channels.indices.filter { other in
                other != index && !Set(locations[other].values).isDisjoint(with: own.values)
            }
            return Planned(
                channel: channels[index], process: processes[index],
                remotes: remotes.filter { $0.channel == names[index] }, components: components, first: names[0],
                ways: ways, readElsewhere: Set(own.filter { earlier.contains($0.value) }.keys),
                besides: besides.map { names[$0] }, hasUnreliable: hasUnreliable)
        }
    }

    private static func problems(of channels: [Channel], components: [String]) -> [String] {
        var problems: [String] = []
        var names: Set<String> = []
        for channel in channels {
            if let problem = MessageName.problem(inSegment: channel.name) {
                problems.append("the channel name '\(channel.name)' is wrong: \(problem)")
            }
            if channel.name == ChannelOrigin.request {
                problems.append(
                    "a channel is called '\(channel.name)', as the way of what is recorded for requests; give it "
                        + "another name")
            }
            if !names.insert(channel.name).inserted {
                problems.append("two channels are called '\(channel.name)'; give one of them another name")
            }
            if let process = channel.process {
                if let problem = MessageName.problem(inSegment: process) {
                    problems.append(
                        "the name '\(process)' of this process on channel '\(channel.name)' is wrong: \(problem)")
                }
            } else if components.count != 1 {
                problems.append(
                    "channel '\(channel.name)' needs a name for this process, because it runs \(components.count) "
                        + "components: Channel(\"\(channel.name)\", over: …, as: \"…\")")
            }
            if channel.batch < 1 {
                problems.append("channel '\(channel.name)': batches are of \(channel.batch); it must be 1 or more")
            }
            if channel.longestLag < 1 {
                problems.append(
                    "channel '\(channel.name)': subscriptions may lag by \(channel.longestLag); it must be 1 or more")
            }
        }
        return problems
    }

    private static func problems(of remotes: [Remote], channels: [Channel], components: [String]) -> [String] {
        var problems: [String] = []
        var names: Set<String> = []
        let known = channels.map { "'\($0.name)'" }.joined(separator: ", ")
        for remote in remotes {
            let place = "the remote component '\(remote.component)'"
            if let problem = MessageName.problem(inSegment: remote.component) {
                problems.append("\(place) has a wrong name: \(problem)")
            }
            if components.contains(remote.component) {
                problems.append("\(place) runs here as well; take out the Remote, or the component")
            }
            if !names.insert(remote.component).inserted {
                problems.append("\(place) is there twice; leave one Remote of it")
            }
            if !channels.contains(where: { $0.name == remote.channel }) {
                let there = channels.isEmpty ? "there is none" : "there are: \(known)"
                problems.append("\(place) is said to be reached via '\(remote.channel)', which is no channel; \(there)")
            }
        }
        return problems
    }

    /// What the settings of a channel need and its transport cannot do.
    private static func missingAbilities(of planned: Planned) -> [String] {
        let features = planned.channel.transport.features
        let place = "channel '\(planned.name)' over \(planned.channel.transport.label)"
        var needs: [(TransportAbility, String)] = [
            (.orderPerKey, "messages of a subject stay in order"),
            (.durableReaders, "a process that is off gets later what came meanwhile"),
            (.direct, "a command goes to its owner alone"),
            (.requestReply, "an answer goes to the process that has asked"),
        ]
        if planned.channel.isTransactional { needs.append((.transactions, "it is asked to send exactly once")) }
        for remote in planned.remotes where remote.start == .beginning {
            needs.append((.replayFromBeginning, "'\(remote.component)' is to be read from the beginning"))
        }
        var problems = needs.filter { !features.has($0.0) }.map { ability, reason in
            "\(place): the transport cannot do \(ability.rawValue), which is needed because \(reason); "
                + "give the channel another transport, or do without"
        }
        if !features.acknowledgements.contains(.all) {
            problems.append(
                "\(place): the transport does not know the acknowledgement '\(Acknowledgement.all.rawValue)', which is "
                    + "needed because nothing may be lost that leaves the log; give the channel another transport")
        }
        let level = planned.channel.unreliableAcknowledgement
        if planned.hasUnreliable, level != .all, !features.acknowledgements.contains(level) {
            let known = features.acknowledgements.map(\.rawValue).sorted().joined(separator: ", ")
            problems.append(
                "\(place): fire-and-forget messages are to be acknowledged at level '\(level.rawValue)'; the transport "
                    + "knows \(known); choose one of these with fireAndForget(_:)")
        }
        return problems
    }
}

extension RemoteDirectory {
    /// The remote components of a runtime, with what they have declared in files and in the store.
    ///
    /// - Parameter reader: reads what they have declared themselves; `nil` to leave that out.
    /// - Throws: ``ConfigurationError`` for a declaration that cannot be read.
    convenience init(_ remotes: [Remote], reader: (any StoreReader)?) throws {
        self.init(remotes)
        var problems: [String] = []
        for remote in remotes {
            if let declared = remote.declared {
                do {
                    let entries = try Self.entries(in: declared)
                    guard let entry = entries.first(where: { $0.component == remote.component }) else {
                        let others = entries.map { "'\($0.component)'" }.joined(separator: ", ")
                        problems.append(
                            "the declaration of the remote component '\(remote.component)' has no entry of it; it has: "
                                + (others.isEmpty ? "none" : others)
                                + "; write it with `skein catalogue --json` on a store that knows the component")
                        continue
                    }
                    update(entry)
                } catch {
                    problems.append(
                        "the declaration of the remote component '\(remote.component)' cannot be read: \(error); "
                            + "write it with `skein catalogue --json`")
                }
            }
            // What it said last is newer than a file.
            let stored = try reader?.catalogue(of: remote.component)
            if let entry = stored.flatMap({ try? JSONDecoder().decode(CatalogueEntry.self, from: $0) }),
                entry.channel != nil
            {
                update(entry)
            }
        }
        if !problems.isEmpty { throw ConfigurationError(problems) }
    }

    /// What a file declares: the entry of one component, or a whole catalogue.
    private static func entries(in declared: Data) throws -> [CatalogueEntry] {
        struct Report: Decodable {
            var components: [CatalogueEntry]
        }
        do {
            return [try JSONDecoder().decode(CatalogueEntry.self, from: declared)]
        } catch {
            guard let report = try? JSONDecoder().decode(Report.self, from: declared) else { throw error }
            return report.components
        }
    }
}

extension Catalogue {
    /// The components of a runtime together with the remote ones.
    ///
    /// What a remote component was heard to declare may be out of date, and a process that does not start never hears
    /// it anew. So where nothing but that speaks against a start, it is left out until the component declares itself
    /// again; until then, what it does not take is its own affair.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong; ``StoreError``.
    init(_ components: [Component], remotes: [Remote], reader: any StoreReader, logger: Logger) throws {
        do {
            try self.init(components, remotes: RemoteDirectory(remotes, reader: reader))
        } catch let error as ConfigurationError {
            let declared = try? RemoteDirectory(remotes, reader: nil)
            guard let declared, let catalogue = try? Catalogue(components, remotes: declared) else { throw error }
            logger.warning(
                "what remote components have declared is out of date, and is left out until they declare it again",
                metadata: ["error": "\(error)"])
            self = catalogue
        }
    }
}
