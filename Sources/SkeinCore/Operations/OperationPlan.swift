import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What an operator's action comes to: the rows that change in one commit, and who has to look again afterwards.
struct OperationPlan {
    /// A key of a subscription whose set-aside messages have changed.
    struct Place: Hashable {
        var subscription: String
        var key: String
    }

    var writes: [StoreWrite] = []
    var appends: [Outgoing] = []
    var place: Place?
    var changes: [OperationReport.Change] = []

    var unit: CommitUnit { CommitUnit(appends: appends, writes: writes) }
}

/// Computes what actions come to, from what is stored.
struct OperationPlanner {
    let reader: any StoreReader
    let now: Timestamp
    var maximumPayloadSize = Payload.defaultMaximumSize
    /// The components that run; `nil` where no runtime does.
    var components: Set<String>?
    /// Gives numbers to mailbox entries; `nil` when no runtime has the store open.
    var newMailboxSeq: (@Sendable () -> Int64)?

    /// An incident that is open.
    ///
    /// - Throws: ``OperationError`` when there is none with the id, or it is resolved.
    func openIncident(_ id: Int64) throws -> IncidentRow {
        guard let row = try reader.incident(id) else { throw OperationError("there is no incident \(id)") }
        if let resolved = row.resolvedAt {
            let how = row.resolution ?? "resolved"
            throw OperationError("incident \(id) is resolved already: it was \(how) at \(resolved)")
        }
        return row
    }

    /// Plans the repair of the message that an incident of kind `handler` or `message` holds up.
    ///
    /// - Throws: ``OperationError``, naming the incident and why.
    func plan(_ repair: IncidentRepair, on incident: IncidentRow) throws -> OperationPlan {
        guard let place = place(of: incident), let position = incident.position else {
            throw refusal(of: repair, on: incident)
        }
        let row = try reader.parked(
            subscription: place.subscription, key: place.key, after: position - 1, limit: 1
        ).first { $0.position == position }
        guard var row else {
            guard case .skip = repair else {
                throw OperationError(
                    "message \(position) of incident \(incident.id) is no longer set aside; "
                        + "skip the incident to close it"
                )
            }
            return OperationPlan(
                writes: [.putIncident(resolved(incident, "skipped"))],
                changes: [.init(incident: incident.id, outcome: "skipped")])
        }
        var plan = OperationPlan(place: place)
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
        var last: Int64 = 0
        while case let page = try reader.openIncidents(cause: cause, after: last, limit: 500), let end = page.last {
            // One that was resolved meanwhile, with another of the same instance, needs nothing more.
            for row in page where try reader.incident(row.id)?.resolvedAt == nil { try body(row) }
            last = end.id
        }
    }

    /// The open incidents of one instance, ascending.
    func openIncidents(of instance: Int64) throws -> [IncidentRow] { try reader.openIncidents(of: instance) }

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
    func place(of incident: IncidentRow) -> OperationPlan.Place? {
        guard incident.kind == "handler" || incident.kind == "message", let subscription = incident.subscription,
            let key = incident.key
        else { return nil }
        return OperationPlan.Place(subscription: subscription, key: key)
    }

    private func refusal(of repair: IncidentRepair, on incident: IncidentRow) -> OperationError {
        let what = incident.instance.map { "instance \($0)" } ?? "an instance"
        return OperationError(
            "incident \(incident.id) holds up the \(incident.kind) '\(incident.cause)' of \(what) and cannot be "
                + "\(repair.resolution): its process needs the outcome. Retry it, or cancel \(what)")
    }

    private func check(_ payload: Data, of incident: IncidentRow, at position: Int64) throws {
        guard payload.count <= maximumPayloadSize else {
            throw OperationError(
                "the payload for incident \(incident.id) has \(payload.count) bytes; at most \(maximumPayloadSize) "
                    + "are allowed")
        }
        let contentType = try reader.record(at: position)?.envelope.payload.contentType
        if let contentType, contentType != PayloadCoder.jsonContentType {
            throw OperationError(
                "message \(position) of incident \(incident.id) is in the format '\(contentType)'; "
                    + "only JSON can be edited"
            )
        }
        do {
            _ = try JSONDecoder().decode(AnyJSON.self, from: payload)
        } catch {
            throw OperationError("the payload for incident \(incident.id) is no JSON: \(Self.reason(error))")
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
