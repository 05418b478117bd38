/// What the outside world does when it is called.
public enum WorldService: String, Sendable, Codable, CaseIterable {
    /// Takes money from a card; declines an expired one.
    case charge = "card.charge"
    /// Gives money back to a card.
    case refund = "card.refund"
    /// The owner of a card replaces an expired one.
    case update = "card.update"
    /// Makes a barcode.
    case barcode = "barcode.generate"
    /// Delivers a letter.
    case mail = "mail.send"
    /// Gets goods ready.
    case pick = "warehouse.pick"
    /// Carries goods.
    case ship = "carrier.ship"
    /// No service: the world notes its own start, so that its record tells how often it was interrupted.
    case start = "world.start"

    /// What the service answers when it acts.
    var success: WorldResult {
        switch self {
        case .charge: .charged
        case .refund: .refunded
        case .update: .updated
        case .barcode: .generated
        case .mail: .sent
        case .pick: .picked
        case .ship: .shipped
        case .start: .started
        }
    }
}

/// How a call ended for the world.
public enum WorldResult: String, Sendable, Codable {
    case charged
    /// The card is expired. An outcome like any other: the key stays declined.
    case declined
    case refunded
    case updated
    case generated
    case sent
    case picked
    case shipped
    case started
    /// Failed before it acted; the key is as free as before.
    case unavailable
    /// The key was used before for another account or amount; nothing was done.
    case conflict

    /// Whether the key has this answer for ever.
    public var bindsKey: Bool { self != .unavailable && self != .conflict && self != .started }
}

/// How a call is, or is not, answered once it is in the record.
public enum AnswerManner: String, Sendable, Codable {
    case prompt
    /// After a while, which may be longer than the caller waits.
    case slow
    /// Acted, and never answered.
    case silent
}
