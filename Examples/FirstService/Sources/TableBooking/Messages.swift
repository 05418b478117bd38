import Skein
import SkeinMacros

@Command("table.reserve", subject: \.table) struct ReserveTable { let table: String, booking: String }
@Command("table.release", subject: \.table) struct ReleaseTable { let table: String, booking: String }
@Event("table.reserved", subject: \.table) struct TableReserved { let table: String, booking: String }
@Event("table.refused", subject: \.table) struct TableRefused { let table: String, booking: String }
@Event("table.released", subject: \.table) struct TableReleased { let table: String, booking: String }

@Command("booking.request", subject: \.booking)
struct RequestBooking { let booking: String, table: String, guest: String }
@Command("booking.confirm", subject: \.booking) struct ConfirmBooking { let booking: String }
@Event("booking.made", subject: \.booking) struct BookingMade { let booking: String, table: String, guest: String }
@Event("booking.refused", subject: \.booking) struct BookingRefused { let booking: String, reason: String }

@Query("booking.guests", answer: Guests.self) struct AskGuests {}
@Document("booking.guests-answer") struct Guests { let names: [String] }
