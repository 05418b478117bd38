/// Somebody canceled the instance. Thrown once, at whatever the instance is waiting for.
public struct ProcessCanceled: BusinessError, CustomStringConvertible {
    /// Stable, so that old journals stay readable.
    public static let code = "processCanceled"
    /// Why, in the words of whoever canceled it.
    public var reason: String

    public var description: String { "canceled: \(reason)" }
}
