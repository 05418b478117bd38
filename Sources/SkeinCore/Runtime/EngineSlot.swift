/// Lets an inbox reach the engine that it belongs to, which needs its inbox to be made.
///
/// Proof for `@unchecked`: set once in the initializer of the engine, before the inbox can run anything.
final class EngineSlot<Driven: AnyObject>: @unchecked Sendable {
    weak var engine: Driven?
}
