@_exported public import SkeinActions
