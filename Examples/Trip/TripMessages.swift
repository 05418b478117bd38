public import SkeinMacros

/// Books a whole trip, or none of it.
@Command("trip.book", subject: \.tripID)
public struct BookTrip: Hashable {
    public var tripID: String
}

/// Every part is booked.
@Event("trip.booked", subject: \.tripID)
public struct TripBooked: Hashable {
    public var tripID: String
}

/// A part could not be had; what had been booked is canceled.
@Event("trip.notBooked", subject: \.tripID)
public struct TripNotBooked: Hashable {
    public var tripID: String
    public var reason: String
}
