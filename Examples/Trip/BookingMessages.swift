public import SkeinMacros

/// Books a part of a trip.
@Command("booking.make", subject: \.tripID)
public struct MakeBooking: Hashable {
    public var tripID: String
    public var part: TripPart
}

/// Gives a booked part back.
@Command("booking.cancel", subject: \.tripID)
public struct CancelBooking: Hashable {
    public var tripID: String
    public var part: TripPart
}

/// The part is booked.
@Event("booking.made", subject: \.tripID)
public struct BookingMade: Hashable {
    public var tripID: String
    public var part: TripPart
}

/// The part cannot be had.
@Event("booking.refused", subject: \.tripID)
public struct BookingRefused: Hashable {
    public var tripID: String
    public var part: TripPart
    public var reason: String
}

/// The part is given back.
@Event("booking.canceled", subject: \.tripID)
public struct BookingCanceled: Hashable {
    public var tripID: String
    public var part: TripPart
}
