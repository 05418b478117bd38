import Skein

/// How guests are written to; the program has the real one, tests have their own.
protocol Mailer: Sendable {
    /// Asks a guest to confirm. A second call with the same key sends nothing.
    func askToConfirm(_ guest: String, key: String) async throws
}

/// Reserves a table, asks the guest to confirm, and gives the table back when no answer comes in two hours.
struct Booking: ProcessDefinition {
    static let name = "booking"
    static let correlations = [Correlation(ConfirmBooking.self) { $0.booking }]
    static func key(of start: RequestBooking) -> String { start.booking }

    let mailer: any Mailer

    func run(_ start: RequestBooking, _ flow: Flow) async throws {
        flow.set("guest", to: start.guest)
        let isReserved = try await flow.request(ReserveTable(table: start.table, booking: start.booking)) {
            Reply(TableReserved.self) { _ in true }
            Reply(TableRefused.self) { _ in false }
        }
        guard isReserved else {
            return flow.publish(BookingRefused(booking: start.booking, reason: "the table is taken"))
        }
        flow.onCompensation(
            request: ReleaseTable(table: start.table, booking: start.booking), expecting: TableReleased.self)

        try await flow.perform("ask the guest to confirm") { activity in
            try await mailer.askToConfirm(start.guest, key: activity.idempotencyKey)
        }
        let confirmed = try await flow.wait(for: ConfirmBooking.self, key: start.booking, until: .hours(2))
        guard confirmed != nil else {
            try await flow.compensate()
            return flow.publish(BookingRefused(booking: start.booking, reason: "the guest did not confirm"))
        }
        flow.publish(BookingMade(booking: start.booking, table: start.table, guest: start.guest))
    }
}
