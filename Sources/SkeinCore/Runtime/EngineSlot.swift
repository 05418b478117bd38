/// Lets the inbox of an engine reach the engine, which needs its inbox to be made.
///
/// Proof for `@unchecked`: set once in the initializer of the engine, before the inbox can run anything.
final class EngineSlot<Driven: Engine>: @unchecked Sendable {
    weak var engine: Driven?
}
