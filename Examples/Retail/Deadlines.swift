import Skein

/// How long the shop waits for others before it does without them, and how often it reminds them meanwhile.
///
/// Only what the business decides is here. Technical timeouts and retries are not, because a call to the outside takes
/// as long as ever, however fast a demonstration plays.
public struct Deadlines: Sendable, Hashable {
    /// For the whole payment of an order.
    public var payment: Duration = .days(20)
    /// For the goods to be fetched.
    public var goods: Duration = .hours(12)
    /// For the goods to be shipped.
    public var shipment: Duration = .hours(24)
    /// For new details of a card that was declined.
    public var cardUpdate: Duration = .days(14)
    /// Between two reminders of the card.
    public var cardReminder: Duration = .days(2)

    public init() {}

    /// The same deadlines where a day of business takes another time: two seconds, say, for a demonstration of weeks.
    public init(day: Duration) {
        self.init()
        guard day != .days(1) else { return }
        for deadline in [\Self.payment, \.goods, \.shipment, \.cardUpdate, \.cardReminder] {
            self[keyPath: deadline] = day * (self[keyPath: deadline] / .days(1))
        }
    }
}
