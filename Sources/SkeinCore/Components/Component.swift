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
    package let start: StartingPoint
    /// What the component consists of, in the order in which it was written.
    package let parts: [any ComponentPart]

    /// - Parameter start: for handlers, processes, sagas and entities. A component that has run before goes on where it
    ///   was, however long it was off. Projections always begin with the first message.
    public init(
        _ name: String, from start: StartingPoint = .now,
        @ListBuilder<any ComponentPart> _ parts: () -> [any ComponentPart]
    ) {
        (self.name, self.start, self.parts) = (name, start, parts())
    }
}
