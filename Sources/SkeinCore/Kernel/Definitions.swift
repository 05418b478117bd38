/// The definitions of a component's processes, sagas and entities, by name and version and by message type.
struct Definitions: Sendable {
    private let versions: [String: [Int: any MachineDefinition]]
    /// The triggers of each message type. Only the newest version of a process starts instances; every other role has
    /// one entry a process.
    let triggers: [MessageName: [(definition: any MachineDefinition, trigger: Trigger)]]

    /// Types whose messages are buffered for instances that come to wait for them.
    let buffering: Set<MessageName>

    init(_ definitions: [any MachineDefinition]) {
        var versions: [String: [Int: any MachineDefinition]] = [:]
        var order: [String] = []
        for definition in definitions {
            if versions[definition.process] == nil { order.append(definition.process) }
            versions[definition.process, default: [:]][definition.version] = definition
        }
        var triggers: [MessageName: [(definition: any MachineDefinition, trigger: Trigger)]] = [:]
        for process in order {
            guard let all = versions[process], let newest = all.keys.max() else { continue }
            var seen: Set<MessageName> = []
            var keyed = Set<MessageName>(
                all[newest]?.triggers.filter { if case .keyed = $0.role { true } else { false } }.map(\.name) ?? [])
            for version in all.keys.sorted(by: >) {
                guard let definition = all[version] else { continue }
                for trigger in definition.triggers {
                    if case .start = trigger.role, version != newest { continue }
                    if case .correlate = trigger.role, !seen.insert(trigger.name).inserted { continue }
                    // An older version may handle what the newest no longer does, but begins nothing.
                    if case .keyed(let creates) = trigger.role, version != newest {
                        if creates || !keyed.insert(trigger.name).inserted { continue }
                    }
                    triggers[trigger.name, default: []].append((definition, trigger))
                }
            }
        }
        (self.versions, self.triggers) = (versions, triggers)
        buffering = Set(
            triggers.filter { entry in
                entry.value.contains {
                    switch $0.trigger.role {
                    case .correlate(.buffer), .correlate(.bufferForInstance): true
                    case .correlate(.ignore), .correlate(.deadLetter), .start, .keyed: false
                    }
                }
            }.keys)
    }

    func knows(_ process: String) -> Bool { versions[process] != nil }

    /// Every version of every definition.
    var all: [any MachineDefinition] { versions.values.flatMap(\.values) }

    func definition(of process: String, version: Int) -> (any MachineDefinition)? { versions[process]?[version] }
}
