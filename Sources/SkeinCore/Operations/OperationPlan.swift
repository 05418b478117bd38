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
    var place: Place?
    var changes: [OperationReport.Change] = []
}

/// Computes what actions come to, from what is stored.
struct OperationPlanner {
    let reader: any StoreReader
    let now: Timestamp
    var maximumPayloadSize = Payload.defaultMaximumSize

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

    /// Plans an action on the message that an incident of kind `handler` or `message` holds up.
    ///
    /// - Throws: ``OperationError``, naming the incident and why.
    func plan(_ action: OperatorAction, on incident: IncidentRow) throws -> OperationPlan {
        guard let place = place(of: incident), let position = incident.position else {
            throw refusal(of: action, on: incident)
        }
        let row = try reader.parked(
            subscription: place.subscription, key: place.key, after: position - 1, limit: 1
        ).first { $0.position == position }
        guard var row else {
            guard case .skip = action else {
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
        var outcome = "retried"
        switch action {
        case .skip:
            outcome = "skipped"
            if row.state == .deadLetter {
                plan.writes.append(
                    .removeParked(subscription: row.subscription, key: row.key, position: row.position))
            } else {
                (row.state, row.nextAt) = (.skipped, nil)
                plan.writes.append(.putParked(row))
            }
        case .edit(_, let payload):
            outcome = "edited"
            try check(payload, of: incident, at: position)
            row.payload = payload
            fallthrough
        default:
            (row.state, row.attempts, row.nextAt) = (.retrying, 0, now)
            plan.writes.append(.putParked(row))
        }
        for var open in try openIncidents(about: incident) {
            (open.resolvedAt, open.resolution) = (now, outcome)
            plan.writes.append(.putIncident(open))
            plan.changes.append(.init(incident: open.id, outcome: outcome))
        }
        return plan
    }

    /// The open incidents of one cause, ascending.
    func openIncidents(cause: String) throws -> [IncidentRow] { try openIncidents { $0.cause == cause } }

    /// The open incidents of one instance, ascending.
    func openIncidents(of instance: Int64) throws -> [IncidentRow] { try openIncidents { $0.instance == instance } }

    func resolved(_ incident: IncidentRow, _ resolution: String) -> IncidentRow {
        var incident = incident
        (incident.resolvedAt, incident.resolution) = (now, resolution)
        return incident
    }

    /// A message that two parts of a component could not take has two incidents and one place.
    private func openIncidents(about incident: IncidentRow) throws -> [IncidentRow] {
        guard incident.kind == "message" else { return [incident] }
        return try openIncidents {
            $0.kind == "message" && $0.subscription == incident.subscription && $0.key == incident.key
                && $0.position == incident.position
        }
    }

    private func openIncidents(where isWanted: (IncidentRow) -> Bool) throws -> [IncidentRow] {
        var found: [IncidentRow] = []
        var last: Int64 = 0
        while true {
            let page = try reader.openIncidents(after: last, limit: 1000)
            found += page.filter(isWanted)
            guard page.count == 1000, let row = page.last else { return found }
            last = row.id
        }
    }

    private func place(of incident: IncidentRow) -> OperationPlan.Place? {
        guard incident.kind == "handler" || incident.kind == "message", let subscription = incident.subscription,
            let key = incident.key
        else { return nil }
        return OperationPlan.Place(subscription: subscription, key: key)
    }

    private func refusal(of action: OperatorAction, on incident: IncidentRow) -> OperationError {
        let what = incident.instance.map { "instance \($0)" } ?? "an instance"
        let verb = if case .edit = action { "edited" } else { "skipped" }
        return OperationError(
            "incident \(incident.id) holds up the \(incident.kind) '\(incident.cause)' of \(what) and cannot be "
                + "\(verb): its process needs the outcome. Retry it, or cancel \(what)")
    }

    private func check(_ payload: Data, of incident: IncidentRow, at position: Int64) throws {
        guard payload.count <= maximumPayloadSize else {
            throw OperationError(
                "the payload for incident \(incident.id) has \(payload.count) bytes; at most \(maximumPayloadSize)")
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
