/// A deployable service, a bounded context, with a name. It owns the events that it publishes and the commands and
/// queries that it handles.
///
/// ```swift
/// let greeter = Component("greeter") {
///     Handle(Greet.self) { greet, context in try context.publish(Greeted(name: greet.name)) }
/// }
/// ```
///
/// A component is a value: it does nothing until it is given to a ``Runtime``, which checks it and refuses to start
/// with ``ConfigurationError`` if something is wrong.
public struct Component: Sendable {
    /// One segment of a ``MessageName``, unique among the components of a runtime.
    public let name: String
    /// Where a subscription of the component begins that has no place in the log yet.
    public let start: StartingPoint
    /// What the component consists of, in the order in which it was written.
    public let parts: [any ComponentPart]

    /// - Parameter start: for handlers, processes, sagas and entities. A component that has run before goes on where it
    ///   was, however long it was off. Projections always begin with the first message.
    public init(
        _ name: String, from start: StartingPoint = .now, @ComponentBuilder _ parts: () -> [any ComponentPart]
    ) {
        (self.name, self.start, self.parts) = (name, start, parts())
    }
}

/// Where a new subscription begins to read the log.
public enum StartingPoint: Sendable, Hashable {
    /// With what is published from now on: a component that is deployed to a running business does not act on its past.
    case now
    /// With the first message in the log.
    case beginning
}

/// Anything that a ``Component`` consists of: ``Handle``, ``Policy``, ``Answer``, ``Publishes``, ``Processes``,
/// ``Sagas``, ``Entities``, a projection, or a ``HandlerGroup`` of yours. There are no other parts; a runtime refuses
/// to start with one.
public protocol ComponentPart: Sendable {}

/// A part that says itself what it declares.
package protocol RegisteredPart: ComponentPart {
    /// Adds what the part declares to the registry of its component.
    func register(in registry: inout ComponentRegistry)
}

/// A type that declares several handlers at once, usually through the `@Handlers` macro.
public protocol HandlerGroup: ComponentPart {
    /// The parts of the group; they are registered in this order.
    var handlers: [any ComponentPart] { get }
}

/// Collects the parts of a component.
@resultBuilder
public enum ComponentBuilder {
    public static func buildExpression(_ part: some ComponentPart) -> [any ComponentPart] { [part] }
    public static func buildExpression(_ parts: [any ComponentPart]) -> [any ComponentPart] { parts }
    public static func buildBlock(_ parts: [any ComponentPart]...) -> [any ComponentPart] { parts.flatMap { $0 } }
    public static func buildOptional(_ parts: [any ComponentPart]?) -> [any ComponentPart] { parts ?? [] }
    public static func buildEither(first parts: [any ComponentPart]) -> [any ComponentPart] { parts }
    public static func buildEither(second parts: [any ComponentPart]) -> [any ComponentPart] { parts }
    public static func buildArray(_ parts: [[any ComponentPart]]) -> [any ComponentPart] { parts.flatMap { $0 } }
}
