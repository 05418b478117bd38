/// A type that declares several handlers at once, usually through the `@Handlers` macro.
public protocol HandlerGroup: ComponentPart {
    /// The parts of the group; they are registered in this order.
    var handlers: [any ComponentPart] { get }
}
