public import SkeinMacros

/// Books a whole trip, or none of it.
@Command("trip.book", subject: \.tripID)
public struct BookTrip: Hashable {
    /// The trip in question.
    public var tripID: String

    public init(tripID: String) {
        self.tripID = tripID
    }
}

/// Every part is booked.
@Event("trip.booked", subject: \.tripID)
public struct TripBooked: Hashable {
    /// The trip in question.
    public var tripID: String

    public init(tripID: String) {
        self.tripID = tripID
    }
}

/// A part could not be had; what had been booked is canceled.
@Event("trip.notBooked", subject: \.tripID)
public struct TripNotBooked: Hashable {
    /// The trip in question.
    public var tripID: String
    /// In words, for people.
    public var reason: String

    public init(tripID: String, reason: String) {
        (self.tripID, self.reason) = (tripID, reason)
    }
}
