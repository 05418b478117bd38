public import SkeinMacros

/// Books a part of a trip.
@Command("booking.make", subject: \.tripID)
public struct MakeBooking: Hashable {
    /// The trip in question.
    public var tripID: String
    /// Which part of it.
    public var part: TripPart

    public init(tripID: String, part: TripPart) {
        (self.tripID, self.part) = (tripID, part)
    }
}

/// Gives a booked part back.
@Command("booking.cancel", subject: \.tripID)
public struct CancelBooking: Hashable {
    /// The trip in question.
    public var tripID: String
    /// Which part of it.
    public var part: TripPart

    public init(tripID: String, part: TripPart) {
        (self.tripID, self.part) = (tripID, part)
    }
}

/// The part is booked.
@Event("booking.made", subject: \.tripID)
public struct BookingMade: Hashable {
    /// The trip in question.
    public var tripID: String
    /// Which part of it.
    public var part: TripPart

    public init(tripID: String, part: TripPart) {
        (self.tripID, self.part) = (tripID, part)
    }
}

/// The part cannot be had.
@Event("booking.refused", subject: \.tripID)
public struct BookingRefused: Hashable {
    /// The trip in question.
    public var tripID: String
    /// Which part of it.
    public var part: TripPart
    /// In words, for people.
    public var reason: String

    public init(tripID: String, part: TripPart, reason: String) {
        (self.tripID, self.part, self.reason) = (tripID, part, reason)
    }
}

/// The part is given back.
@Event("booking.canceled", subject: \.tripID)
public struct BookingCanceled: Hashable {
    /// The trip in question.
    public var tripID: String
    /// Which part of it.
    public var part: TripPart

    public init(tripID: String, part: TripPart) {
        (self.tripID, self.part) = (tripID, part)
    }
}
