public import SkeinMacros

/// A traveller checks in for a flight.
@Command("checkin.request", subject: \.bookingID)
public struct RequestCheckIn: Hashable {
    public var bookingID: String
    public var traveller: String
    public var flight: String
}

/// The boarding pass is there.
@Event("checkin.completed", subject: \.bookingID)
public struct CheckInCompleted: Hashable {
    public var bookingID: String
    public var barcode: String
}

/// No barcode could be had in time; the traveller gets the pass at the counter.
@Event("checkin.travellerReferred", subject: \.bookingID)
public struct TravellerReferred: Hashable {
    public var bookingID: String
    public var reason: String
}
