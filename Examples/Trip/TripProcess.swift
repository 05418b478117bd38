public import Skein

/// Books a hotel, a car and a flight. When one cannot be had, what was booked before is canceled, last booked first.
public struct TripProcess: ProcessDefinition {
    public static let name = "trip"

    public static func key(of start: BookTrip) -> String { start.tripID }

    public init() {}

    public func run(_ trip: BookTrip, _ flow: Flow) async throws {
        for part in TripPart.allCases {
            let booking = MakeBooking(tripID: trip.tripID, part: part)
            switch try await flow.send(booking, until: BookingMade.self, or: BookingRefused.self) {
            case .first:
                flow.onCompensation(
                    send: CancelBooking(tripID: trip.tripID, part: part), until: BookingCanceled.self)
            case .second(let refused):
                try await flow.compensate()
                return flow.publish(TripNotBooked(tripID: trip.tripID, reason: refused.reason))
            }
        }
        flow.publish(TripBooked(tripID: trip.tripID))
    }
}
