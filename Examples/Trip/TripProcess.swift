public import Skein

/// Books a hotel, a car and a flight. When one cannot be had, what was booked before is canceled, last booked first.
public struct TripProcess: ProcessDefinition {
    public static let name = "trip"

    public static func key(of start: BookTrip) -> String { start.tripID }

    public init() {}

    public func run(_ trip: BookTrip, _ flow: Flow) async throws {
        for part in TripPart.allCases {
            let booking = MakeBooking(tripID: trip.tripID, part: part)
            let refusal: String? = try await flow.request(booking) {
                Reply(BookingMade.self) { _ in nil }
                Reply(BookingRefused.self) { $0.reason }
            }
            if let refusal {
                try await flow.compensate()
                return flow.publish(TripNotBooked(tripID: trip.tripID, reason: refusal))
            }
            flow.onCompensation(
                request: CancelBooking(tripID: trip.tripID, part: part), expecting: BookingCanceled.self)
        }
        flow.publish(TripBooked(tripID: trip.tripID))
    }
}
