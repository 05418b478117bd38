// What a tool names in its calls.
@_exported public import SkeinActions
@_exported public import struct SkeinStorage.IncidentID
@_exported public import struct SkeinStorage.InstanceAddress
@_exported public import struct SkeinStorage.InstanceID
@_exported public import struct SkeinStorage.StoreOwner
