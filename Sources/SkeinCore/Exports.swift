@_exported public import SkeinMessages
