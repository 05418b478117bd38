import Skein

/// A table of the restaurant, which one booking has at a time.
struct Table: Entity {
    static let name = "table"
    var holder: String?

    static var behavior: EntityBehavior<Table> {
        Decide(ReserveTable.self, by: \.table) { table, command in
            guard table.holder == nil || table.holder == command.booking else {
                return [TableRefused(table: command.table, booking: command.booking)]
            }
            return [TableReserved(table: command.table, booking: command.booking)]
        }
        Decide(ReleaseTable.self, by: \.table) { _, command in
            [TableReleased(table: command.table, booking: command.booking)]
        }
        Evolve(TableReserved.self) { table, event in table.holder = event.booking }
        Evolve(TableReleased.self) { table, event in
            if table.holder == event.booking { table.holder = nil }
        }
    }
}
