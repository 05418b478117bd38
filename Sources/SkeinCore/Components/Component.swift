/// A deployable service, a bounded context, with a name. It owns the events that it publishes and the commands and
/// queries that it handles.
///
/// ```swift
/// let greeter = Component("greeter") {
///     Handle(Greet.self) { greet, context in context.publish(Greeted(name: greet.name)) }
/// }
/// ```
///
/// A component is a value: it does nothing until it is given to a ``Runtime``, which checks it and refuses to start
/// with ``ConfigurationError`` if something is wrong.
public struct Component: Sendable {
    /// One segment of a ``MessageName``, unique among the components of a runtime.
    public let name: String
    /// What the component consists of, in the order in which it was written.
    public let parts: [any ComponentPart]

    public init(_ name: String, @ComponentBuilder _ parts: () -> [any ComponentPart]) {
        (self.name, self.parts) = (name, parts())
    }
}

/// Anything that a ``Component`` consists of: a handler, a policy, an answer, processes, entities, projections.
public protocol ComponentPart: Sendable {
    /// Adds what the part declares to the registry of its component.
    func register(in registry: inout ComponentRegistry)
}

/// A type that declares several handlers at once, usually through the `@Handlers` macro.
public protocol HandlerGroup: ComponentPart {
    var handlers: [any ComponentPart] { get }
}

extension HandlerGroup {
    /// Registers each of ``handlers``, in order.
    public func register(in registry: inout ComponentRegistry) {
        for handler in handlers { handler.register(in: &registry) }
    }
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
