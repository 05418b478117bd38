public import Skein

/// Who has hotels, cars and flights to offer.
///
/// **Contract**
/// 1. A call with a key that was seen before has no second effect.
/// 2. A part that cannot be had is a ``PartUnavailable``; anything else that is thrown is a failure of the technique.
public protocol TravelAgency: Sendable {
    /// Books a part of a trip.
    func book(_ part: TripPart, trip: String, key: String) async throws
    /// Gives a part back.
    func cancel(_ part: TripPart, trip: String, key: String) async throws
}

/// There is none: a fact of the business.
public struct PartUnavailable: BusinessError, CustomStringConvertible {
    /// What cannot be had.
    public var part: TripPart

    public init(part: TripPart) { self.part = part }

    public var description: String { "no \(part.rawValue) is to be had" }
}

/// The components of a trip.
public enum TripComponents {
    /// How a booking or cancellation is retried: for an hour and a half, without jitter so that a play is the same each
    /// time.
    public static let retry = RetryPolicy(
        attempts: 20, initialDelay: .seconds(1), factor: 2, maximumDelay: .minutes(10), jitter: 0)

    /// Trips, and the bookings that they consist of.
    public static func all(agency: any TravelAgency) -> [Component] {
        [
            Component("trip") {
                Publishes(TripBooked.self, TripNotBooked.self)
                Processes(TripProcess())
            },
            Component("booking") {
                Publishes(BookingMade.self, BookingRefused.self, BookingCanceled.self)
                Handle(MakeBooking.self) { command, context in
                    do {
                        try await agency.book(command.part, trip: command.tripID, key: context.idempotencyKey)
                        try context.publish(BookingMade(tripID: command.tripID, part: command.part))
                    } catch let error as PartUnavailable {
                        try context.publish(
                            BookingRefused(tripID: command.tripID, part: command.part, reason: error.description))
                    }
                }.retry(retry)
                Handle(CancelBooking.self) { command, context in
                    try await agency.cancel(command.part, trip: command.tripID, key: context.idempotencyKey)
                    try context.publish(BookingCanceled(tripID: command.tripID, part: command.part))
                }.retry(retry)
            },
        ]
    }
}
