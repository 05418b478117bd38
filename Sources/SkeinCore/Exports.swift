@_exported public import SkeinMessages
@_exported public import enum SkeinStorage.InstanceStatus
