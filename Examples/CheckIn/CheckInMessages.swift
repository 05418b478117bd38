public import SkeinMacros

/// A traveller checks in for a flight.
@Command("checkin.request", subject: \.bookingID)
public struct RequestCheckIn: Hashable {
    /// The booking in question.
    public var bookingID: String
    /// To whom the boarding pass belongs.
    public var traveller: String
    /// Which flight it is for.
    public var flight: String

    public init(bookingID: String, traveller: String, flight: String) {
        (self.bookingID, self.traveller, self.flight) = (bookingID, traveller, flight)
    }
}

/// The boarding pass is there.
@Event("checkin.completed", subject: \.bookingID)
public struct CheckInCompleted: Hashable {
    /// The booking in question.
    public var bookingID: String
    /// What the gate reads.
    public var barcode: String

    public init(bookingID: String, barcode: String) {
        (self.bookingID, self.barcode) = (bookingID, barcode)
    }
}

/// No barcode could be had in time; the traveller gets the pass at the counter.
@Event("checkin.travellerReferred", subject: \.bookingID)
public struct TravellerReferred: Hashable {
    /// The booking in question.
    public var bookingID: String
    /// In words, for people.
    public var reason: String

    public init(bookingID: String, reason: String) {
        (self.bookingID, self.reason) = (bookingID, reason)
    }
}
