@_exported public import SkeinCore
@_exported public import SkeinSQLite
