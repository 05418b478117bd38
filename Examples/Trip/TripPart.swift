/// What a trip consists of, in the order of booking.
public enum TripPart: String, Codable, Hashable, Sendable, CaseIterable {
    case hotel, car, flight
}
