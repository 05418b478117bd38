import SkeinActions
import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Computes from the store which rows an action changes. Nobody else may change the same rows meanwhile.
struct ActionPlanner {
    let reader: any StoreReader
    let now: Timestamp
    var maximumPayloadSize = Payload.defaultMaximumSize
    /// The components that run here or that a channel leads to; `nil` where no runtime runs.
    var components: Set<String>?
    /// Gives numbers to mailbox entries; `nil` when no runtime has the store open.
    var newMailboxSeq: (@Sendable () -> Int64)?
    /// The code of the instance that the action is about; `nil` where it is not at hand, or not known.
    var code: InstanceCode?

    /// The thing that an action is about.
    ///
    /// - Throws: ``ActionError`` when that does not exist, and for an action on many things.
    func subject(of action: OperatorAction) throws -> ActionSubject {
        switch action {
        case .repair(let id, _):
            let incident = try openIncident(id)
            if let (subscription, key) = place(of: incident) { return .key(key, subscription: subscription) }
            guard let instance = incident.instance else { throw Self.outcomeNeeded(incident, "repaired") }
            return try subject(instance)
        case .repairAll:
            throw Self.notSingle
        case .retryInstance(let id), .cancel(let id, _), .terminate(let id, _), .suspend(let id), .resume(let id),
            .editRetry(let id, _, _):
            return try subject(id)
        case .suspendSystem(let system), .resumeSystem(let system):
            return .system(system)
        }
    }

    private func subject(_ id: InstanceID) throws -> ActionSubject {
        let row = try instance(id)
        return .instance(id, component: row.component, notation: row.notation)
    }

    /// Plans an action on one thing: the same rows, whether a runtime has that in memory or not.
    ///
    /// - Throws: ``ActionError``, naming the thing and why.
    func plan(_ action: OperatorAction) throws -> ActionPlan {
        switch action {
        case .repair(let id, let repair):
            let incident = try openIncident(id)
            if case .retry = repair, let instance = incident.instance { return try retry(instance) }
            return try plan(repair, on: incident)
        case .repairAll: throw Self.notSingle
        case .retryInstance(let id): return try retry(id)
        case .cancel(let id, let reason): return try cancel(id, because: reason)
        case .terminate(let id, let reason): return try terminate(id, because: reason)
        case .suspend(let id): return try suspend(id)
        case .resume(let id): return try resume(id)
        case .editRetry(let id, let op, let edit): return try self.edit(edit, of: op, in: id)
        case .suspendSystem(let system): return try suspend(system: system)
        case .resumeSystem(let system): return try resume(system: system)
        }
    }

    private static let notSingle = ActionError(
        .notSingle, "a repair of everything with one cause has no plan of its own; plan the repair of each incident")

    /// An incident that is open.
    ///
    /// - Throws: ``ActionError`` when there is none with the id, or it is resolved.
    func openIncident(_ id: IncidentID) throws -> IncidentRow {
        guard let row = try reader.incident(id) else {
            throw ActionError(.unknownIncident, "there is no incident \(id)")
        }
        if let resolved = row.resolvedAt {
            let how = row.resolution ?? "resolved"
            throw ActionError(.incidentResolved, "incident \(id) is resolved already: it was \(how) at \(resolved)")
        }
        return row
    }

    /// Plans the repair of the message that an incident of kind `handler` or `message` is about.
    private func plan(_ repair: IncidentRepair, on incident: IncidentRow) throws -> ActionPlan {
        guard let (subscription, key) = place(of: incident), let position = incident.position else {
            throw Self.outcomeNeeded(incident, repair.resolution)
        }
        let row = try reader.parked(subscription: subscription, key: key, after: position - 1, limit: 1)
            .first { $0.position == position }
        guard var row else {
            guard case .skip = repair else {
                throw ActionError(
                    .messageGone,
                    "message \(position) of incident \(incident.id) is no longer parked; skip the incident to close it")
            }
            return ActionPlan(
                writes: [.putIncident(resolved(incident, "skipped"))],
                changes: [.init(incident: incident.id, outcome: "skipped")])
        }
        var plan = ActionPlan()
        switch repair {
        case .skip:
            plan.writes.append(passingBy(row))
        case .redirect(let component):
            plan.appends.append(try copy(of: row, for: component, incident))
            plan.writes.append(passingBy(row))
        case .edit(let payload):
            try check(payload, of: incident, at: position)
            row.payload = payload
            fallthrough
        case .retry:
            (row.state, row.attempts, row.nextAt) = (.retrying, 0, now)
            (row.failingSince, row.incident) = (nil, nil)
            plan.writes.append(.putParked(row))
        }
        for open in try openIncidents(about: incident) {
            plan.writes.append(.putIncident(resolved(open, repair.resolution)))
            plan.changes.append(.init(incident: open.id, outcome: repair.resolution))
        }
        return plan
    }

    /// The open incidents of one cause, ascending, a page at a time; each is read when the one before has been dealt
    /// with.
    func forEachIncident(ofCause cause: String, _ body: (IncidentRow) throws -> Void) throws {
        var last: IncidentID = 0
        while case let page = try reader.openIncidents(cause: cause, after: last, limit: 500), let end = page.last {
            // One that was resolved meanwhile, with another of the same instance, needs nothing more.
            for row in page where try reader.incident(row.id)?.resolvedAt == nil { try body(row) }
            last = end.id
        }
    }

    /// The open incidents of one instance, ascending.
    func openIncidents(of instance: InstanceID) throws -> [IncidentRow] { try reader.openIncidents(of: instance) }

    func resolved(_ incident: IncidentRow, _ resolution: String) -> IncidentRow {
        var incident = incident
        (incident.resolvedAt, incident.resolution) = (now, resolution)
        return incident
    }

    /// A message that two parts of a component could not take has two incidents and one place.
    private func openIncidents(about incident: IncidentRow) throws -> [IncidentRow] {
        guard incident.kind == "message", let subscription = incident.subscription, let key = incident.key,
            let position = incident.position
        else { return [incident] }
        return try reader.openIncidents(subscription: subscription, key: key, position: position).filter {
            $0.kind == "message"
        }
    }

    /// The writes that remove all parked rows of a projection and resolve their incidents, for a rebuild, in which it
    /// gets those messages again.
    func forgetting(_ subscription: String) throws -> [StoreWrite] {
        var writes: [StoreWrite] = []
        var last: ParkedCursor?
        while case let page = try reader.parked(subscription: subscription, after: last, limit: 500),
            let end = page.last
        {
            for row in page {
                let open = try reader.openIncidents(
                    subscription: subscription, key: row.key, position: row.position)
                writes += open.map { .putIncident(resolved($0, "rebuilt")) }
                writes.append(
                    .removeParked(subscription: subscription, key: row.key, position: row.position))
            }
            last = ParkedCursor(key: end.key, position: end.position)
        }
        return writes
    }

    private func passingBy(_ row: ParkedRow) -> StoreWrite {
        guard row.state != .deadLetter else {
            return .removeParked(subscription: row.subscription, key: row.key, position: row.position)
        }
        var row = row
        (row.state, row.nextAt, row.incident) = (.skipped, now, nil)
        return .putParked(row)
    }

    /// The subscription and key whose parked messages an incident is about; `nil` when it is about an instance.
    private func place(of incident: IncidentRow) -> (subscription: String, key: String)? {
        guard incident.kind == "handler" || incident.kind == "message", let subscription = incident.subscription,
            let key = incident.key
        else { return nil }
        return (subscription, key)
    }

    private static func outcomeNeeded(_ incident: IncidentRow, _ repaired: String) -> ActionError {
        let what = incident.instance.map { "instance \($0)" } ?? "an instance"
        return ActionError(
            .outcomeNeeded,
            "incident \(incident.id) holds up the \(incident.kind) '\(incident.cause)' of \(what) and cannot be "
                + "\(repaired): its process needs the outcome. Retry it, or cancel \(what)")
    }

    private func check(_ payload: Data, of incident: IncidentRow, at position: Int64) throws {
        guard payload.count <= maximumPayloadSize else {
            throw ActionError(
                .invalidPayload,
                "the payload for incident \(incident.id) has \(payload.count) bytes; at most \(maximumPayloadSize) "
                    + "are allowed")
        }
        let contentType = try reader.record(at: position)?.envelope.payload.contentType
        if let contentType, !PayloadCoder.json.reads(contentType) {
            throw ActionError(
                .invalidPayload,
                "message \(position) of incident \(incident.id) is in the format '\(contentType)'; "
                    + "only JSON can be edited"
            )
        }
        do {
            _ = try JSONDecoder().decode(AnyJSON.self, from: payload)
        } catch {
            throw ActionError(
                .invalidPayload, "the payload for incident \(incident.id) is no JSON: \(Self.reason(error))")
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard case .dataCorrupted(let context) = error as? DecodingError else { return "\(error)" }
        return context.underlyingError.map { "\($0)" } ?? context.debugDescription
    }

    /// Accepts every JSON text; the decoder looks through all of it first.
    private struct AnyJSON: Decodable {
        init(from decoder: any Decoder) {}
    }
}
