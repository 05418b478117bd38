// What `Simulation.log()` and `incidents()` give, and `status(of:)` takes.
@_exported public import struct SkeinStorage.IncidentRow
@_exported public import struct SkeinStorage.InstanceAddress
@_exported public import struct SkeinStorage.LogRecord
