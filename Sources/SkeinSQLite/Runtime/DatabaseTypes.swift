// What the closures of projections, transactions and reads are written with. All members come along, such as
// `db.execute(sql:)` and `Int.fetchOne(db, sql:)`. The other names of GRDB do not, because many of them (`Record`,
// `Table`, `Configuration`) are words that an application has for things of its own.
@_exported public import class GRDB.Database
@_exported public import class GRDB.Row
@_exported public import protocol GRDB.FetchableRecord
@_exported public import protocol GRDB.PersistableRecord
@_exported public import struct GRDB.StatementArguments
