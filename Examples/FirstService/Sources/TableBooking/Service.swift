import Skein

/// Writes to the terminal instead of to the guest.
struct ConsoleMailer: Mailer {
    func askToConfirm(_ guest: String, key: String) async throws { print("Dear \(guest), do you come?") }
}

/// What the program runs.
public enum Service {
    public static func run() async {
        await Runtime.main(store: try .sqlite("booking.db"), tables, bookings(mailer: ConsoleMailer())) { client in
            try await client.send(RequestBooking(booking: "b1", table: "window", guest: "Ada"))
            try await client.send(ConfirmBooking(booking: "b1"))
            try await client.send(RequestBooking(booking: "b2", table: "door", guest: "Bob"))
        }
    }
}
