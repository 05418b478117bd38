@_exported public import SkeinMessages
@_exported public import enum SkeinStorage.InstanceStatus
@_exported public import struct SkeinStorage.LogRetention
