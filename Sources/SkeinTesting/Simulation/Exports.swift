// What `Simulation.log()` and `incidents()` give.
@_exported public import struct SkeinStorage.IncidentRow
@_exported public import struct SkeinStorage.LogRecord
