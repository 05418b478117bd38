public import SkeinCore

/// Makes a type with injected services a group of handlers: those of its methods that carry ``Handles(since:where:)``.
///
/// ```swift
/// @Handlers
/// struct CardService {
///     let gateway: Gateway
///
///     @Handles
///     func charge(_ command: ChargeCard, _ context: HandlerContext) async throws {
///         let receipt = try await gateway.charge(command.amount)
///         try context.publish(CardCharged(receipt))
///     }
///
///     @Handles(since: "2.0.0")
///     func failed(_ event: CardFailed) async throws { … }
/// }
///
/// let payment = Component("payment") { CardService(gateway: gateway) }
/// ```
///
/// writes what stands here by hand, with the access level of the type and the handlers in the order of the methods:
///
/// ```swift
/// extension CardService: HandlerGroup {
///     var handlers: [any ComponentPart] {
///         [
///             Handle(ChargeCard.self) { message, context in try await self.charge(message, context) },
///             Handle(CardFailed.self, since: "2.0.0") { message, _ in try await self.failed(message) },
///         ]
///     }
/// }
/// ```
///
/// The type is a struct or a class that is final or says that it is `Sendable`, since handlers of different keys run
/// side by side; it may be generic.
///
/// The build fails for actors and enums, for two methods that handle the same type since the same version, for
/// methods inside `#if`, and for a `handlers` in the body. A type without any ``Handles(since:where:)`` is warned of.
@attached(extension, conformances: HandlerGroup, names: named(handlers))
public macro Handlers() = #externalMacro(module: "SkeinMacrosPlugin", type: "HandlersMacro")

/// Marks a method as a handler for ``Handlers()`` to register; by itself it writes nothing.
///
/// The method takes the message, whose type says what is handled, and may take a `HandlerContext` behind it; it
/// returns nothing, and may be `async` and `throws`. Argument labels and access level are free.
///
/// The build fails, at its place, for a method of another shape (no or more parameters, generic, `static`,
/// `mutating`, with a result), for a malformed version, in an extension, and in a type without ``Handlers()``.
///
/// - Parameters:
///   - since: The lowest schema version that is handled; the version of the message type unless stated.
///   - condition: Takes only events whose envelope satisfies it; it is asked before the payload is decoded. It is
///     copied into the registration, so it sees what the type sees, but not the value with its services.
@attached(peer)
public macro Handles(since: String? = nil, where condition: (@Sendable (Envelope) -> Bool)? = nil) =
    #externalMacro(module: "SkeinMacrosPlugin", type: "HandlesMacro")
