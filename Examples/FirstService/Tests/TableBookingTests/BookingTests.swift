import Skein
import SkeinTesting
import Testing

@testable import TableBooking

/// A mail server that does what a test tells it.
struct ScriptedMailer: Mailer {
    let server = ScriptedSystem<String, Bool> { _ in true }
    func askToConfirm(_ guest: String, key: String) async throws { _ = try await server.call(guest, key: key) }
}

@Suite("A booking")
struct BookingTests {
    static let first = InstanceAddress(component: "booking", process: "booking", key: "b1")
    let mailer = ScriptedMailer()

    /// The service with everything lost from memory after every commit.
    func start(crashing: Bool = true) throws -> Simulation {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        return try Simulation(
            store: SQLiteStore.inMemory(), options: options, components: [tables, bookings(mailer: mailer)])
    }

    @Test("is made when the guest confirms, also over a crash after every commit", arguments: [false, true])
    func confirmed(crashing: Bool) throws {
        let simulation = try start(crashing: crashing)
        try simulation.send(RequestBooking(booking: "b1", table: "window", guest: "Ada"))
        try simulation.send(ConfirmBooking(booking: "b1"))
        simulation.runToEnd()
        #expect(try simulation.ask(AskGuests()).names == ["Ada"])
        #expect(try simulation.status(of: Self.first) == .completed)
        #expect(mailer.server.acts == ["Ada"])
    }

    @Test("that nobody confirms gives its table back after two hours")
    func lapsed() throws {
        let simulation = try start()
        try simulation.send(RequestBooking(booking: "b1", table: "window", guest: "Ada"))
        try simulation.send(RequestBooking(booking: "b2", table: "window", guest: "Bob"))
        simulation.run(for: .hours(2))
        try simulation.send(RequestBooking(booking: "b3", table: "window", guest: "Eve"))
        try simulation.send(ConfirmBooking(booking: "b3"))
        simulation.runToEnd()
        #expect(try simulation.ask(AskGuests()).names == ["Eve"])
        #expect(try simulation.incidents().isEmpty)
    }

    @Test("goes on when the mail server does not answer for an hour")
    func outage() throws {
        let simulation = try start()
        mailer.server.always { [clock = simulation.clock, began = simulation.clock.now] _ in
            clock.now.since(began) < .hours(1) ? .fail() : .answer()
        }
        try simulation.send(RequestBooking(booking: "b1", table: "window", guest: "Ada"))
        simulation.run(for: .hours(1.5))
        try simulation.send(ConfirmBooking(booking: "b1"))
        simulation.runToEnd()
        #expect(try simulation.ask(AskGuests()).names == ["Ada"])
    }
}

@Suite("A table")
struct TableTests {
    @Test("is refused to a second booking until the first gives it back")
    func holding() throws {
        let reserved = TableReserved(table: "window", booking: "b1")
        try EntityTest(Table.self)
            .given(reserved)
            .when(ReserveTable(table: "window", booking: "b2"))
            .then(TableRefused(table: "window", booking: "b2"))
        try EntityTest(Table.self)
            .given(reserved, TableReleased(table: "window", booking: "b1"))
            .when(ReserveTable(table: "window", booking: "b2"))
            .then(TableReserved(table: "window", booking: "b2"))
    }
}
