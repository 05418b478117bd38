import SkeinSQLite
import SkeinStorage
import SkeinCore
import SkeinMessages

extension StoreInspector {
    /// All subscriptions, with their lag.
    ///
    /// Costs as much as reading the messages above the lowest position.
    public func subscriptions() throws -> [SubscriptionView] {
        let end = try lastPosition()
        let entries = try ownCatalogueEntries()
        let sql = """
            SELECT subscription, position, completed,
                (SELECT count(DISTINCT key) FROM parked WHERE parked.subscription = position.subscription
                    AND state <> 'deadLetter'),
                (SELECT count(*) FROM parked WHERE parked.subscription = position.subscription
                    AND state = 'deadLetter')
            FROM position ORDER BY subscription
            """
        return try select(sql) { row, _ in
            let (subscription, position) = (row.text(), row.int64())
            let completed = try CompletedText.decode(row.text())
            let above = completed.reduce(0) { $0 + Int($1.upperBound - $1.lowerBound) + 1 }
            return SubscriptionView(
                subscription: subscription, position: position, completedAbove: above,
                lag: max(0, end - position), parkedKeys: row.int(), deadLetters: row.int())
        }.map { view in
            guard view.lag > 0 else { return view }
            var view = view
            if let entry = entries.first(where: { view.subscription.hasPrefix("\($0.component)/") }) {
                view.lag = try lag(of: view, entry)
            } else if view.subscription.hasPrefix("relay/") {
                view.lag = try relayLag(of: view)
            } else if view.subscription.hasPrefix("\(UnreadableMessages.component)/") {
                // The runtime's own component declares nothing.
                view.lag = try lag(
                    of: view, [UnreadableMessages.name.rawValue], component: UnreadableMessages.component)
            }
            return view
        }
    }

    /// A place is stored now and then where nothing of interest comes, so the messages above it are counted by type.
    private func lag(of view: SubscriptionView, _ entry: CatalogueEntry) throws -> Int64 {
        var types = entry.consumes.filter { entry.subscription(of: $0) == view.subscription }.map(\.name)
        if view.subscription == "\(entry.component)/processes" {
            types += try select("SELECT DISTINCT type FROM wait WHERE component = ?", [.text(entry.component)]) {
                row, _ in row.text()
            }
        }
        return try lag(of: view, types, component: entry.component)
    }

    /// How many messages that were written here a relay has not passed. Which of them leave, only its process knows.
    private func relayLag(of view: SubscriptionView) throws -> Int64 {
        func written(_ range: String, _ binds: [SQLBind]) throws -> Int64 {
            try select("SELECT count(*) FROM event WHERE \(range) AND origin IS NULL", binds) { row, _ in row.int64() }
                .first ?? 0
        }
        let place = try reader.position(of: view.subscription)
        let done = try (place?.completed ?? []).reduce(Int64(0)) {
            try $0 + written("position BETWEEN ? AND ?", [.number($1.lowerBound), .number($1.upperBound)])
        }
        return try written("position > ?", [.number(view.position)]) - done
    }

    private func lag(of view: SubscriptionView, _ types: [String], component: String) throws -> Int64 {
        guard let place = try reader.position(of: view.subscription), !types.isEmpty else { return 0 }
        func pending(_ range: String, _ bounds: SQLBind...) throws -> Int64 {
            let names = types.map { _ in "?" }.joined(separator: ", ")
            let sql =
                "SELECT count(*) FROM event WHERE \(range) AND (recipient IS NULL OR recipient = ?) "
                + "AND type IN (\(names))"
            let binds = bounds + [.text(component)] + types.map { .text($0) }
            return try select(sql, binds) { row, _ in row.int64() }.first ?? 0
        }
        let done = try place.completed.reduce(0) {
            try $0 + pending("position BETWEEN ? AND ?", .number($1.lowerBound), .number($1.upperBound))
        }
        return try pending("position > ?", .number(place.position)) - done
    }
}

extension CatalogueEntry {
    /// The subscriptions of the component that take a message type.
    func subscriptions(for name: String) -> [String] {
        consumes.filter { $0.name == name }.map(subscription)
    }

    /// The subscription that a part of the component belongs to.
    fileprivate func subscription(of consumed: Consumed) -> String {
        if let definition = definitions.first(where: { $0.name == consumed.by }) {
            return "\(component)/\(definition.notation == .entity ? "entities" : "processes")"
        }
        if let projection = projections.first(where: { consumed.by == "projection \($0)" }) {
            return "\(component)/projection/\(projection)"
        }
        return "\(component)/handlers"
    }
}
