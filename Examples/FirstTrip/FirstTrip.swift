import Skein
import SkeinMacros

@Command("trip.book", subject: \.trip) struct BookTrip { let trip: String }
@Event("trip.booked", subject: \.trip) struct TripBooked { let trip: String }
@Event("trip.notBooked", subject: \.trip) struct TripNotBooked { let trip: String, reason: String }

@Command("booking.make", subject: \.trip) struct MakeBooking { let trip: String, part: String }
@Command("booking.cancel", subject: \.trip) struct CancelBooking { let trip: String, part: String }
@Event("booking.made", subject: \.trip) struct BookingMade { let trip: String, part: String }
@Event("booking.refused", subject: \.trip) struct BookingRefused { let trip: String, reason: String }
@Event("booking.canceled", subject: \.trip) struct BookingCanceled { let trip: String, part: String }

/// Books a hotel, a car and a flight. When one cannot be had, what was booked before is canceled, last booked first.
struct TripProcess: ProcessDefinition {
    static let name = "trip"
    static func key(of start: BookTrip) -> String { start.trip }

    func run(_ start: BookTrip, _ flow: Flow) async throws {
        let trip = start.trip
        for part in ["hotel", "car", "flight"] {
            let refusal: String? = try await flow.request(MakeBooking(trip: trip, part: part)) {
                Reply(BookingMade.self) { _ in nil }
                Reply(BookingRefused.self) { $0.reason }
            }
            if let refusal {
                try await flow.compensate()
                return flow.publish(TripNotBooked(trip: trip, reason: refusal))
            }
            flow.onCompensation(request: CancelBooking(trip: trip, part: part), expecting: BookingCanceled.self)
        }
        flow.publish(TripBooked(trip: trip))
    }
}

let trips = Component("trip") {
    Publishes(TripBooked.self, TripNotBooked.self)
    Processes(TripProcess())
}

/// A travel agency without flights.
let bookings = Component("booking") {
    Handle(MakeBooking.self) { command, context in
        guard command.part != "flight" else {
            print("no flight is to be had")
            return try context.publish(BookingRefused(trip: command.trip, reason: "no flight is to be had"))
        }
        print("\(command.part) booked")
        try context.publish(BookingMade(trip: command.trip, part: command.part))
    }
    Handle(CancelBooking.self) { command, context in
        print("\(command.part) canceled")
        try context.publish(BookingCanceled(trip: command.trip, part: command.part))
    }
}

@main
enum FirstTrip {
    static func main() async {
        await Runtime.main(store: try .sqlite("trips.db"), trips, bookings) { client in
            try await client.send(BookTrip(trip: "Rome"))
        }
    }
}
