import SkeinCore

/// Messages in the log, not the class of that name in GRDB.
typealias Record = SkeinCore.Record
