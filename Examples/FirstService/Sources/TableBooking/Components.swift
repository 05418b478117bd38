import Skein

let tables = Component("table") { Entities(Table.self) }

func bookings(mailer: any Mailer) -> Component {
    Component("booking") {
        Publishes(BookingMade.self, BookingRefused.self)
        Processes(Booking(mailer: mailer))
        Projection("guests", version: 1) { db in
            try db.execute(sql: "CREATE TABLE guest (booking TEXT PRIMARY KEY, name TEXT NOT NULL)")
        } drop: { db in
            try db.execute(sql: "DROP TABLE IF EXISTS guest")
        } folding: {
            Fold(BookingMade.self) { made, db in
                try db.execute(sql: "INSERT INTO guest VALUES (?, ?)", arguments: [made.booking, made.guest])
            }
        }
        Answer(AskGuests.self) { _, context in
            try context.read { db in
                Guests(names: try String.fetchAll(db, sql: "SELECT name FROM guest ORDER BY name"))
            }
        }
    }
}
