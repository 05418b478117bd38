/// How an inbox reaches its engine. An engine is made with its inbox, so the inbox is made first, with an empty slot.
///
/// Proof for `@unchecked`: the initializer of the engine sets the slot once, on its own thread, and until it is over
/// nobody posts to the inbox. Later the slot is only read, on the runner: what is posted comes to the runner through
/// the lock of the inbox, so the runner sees the engine. Reading a weak reference while its object goes is safe.
final class EngineSlot<Driven: AnyObject>: @unchecked Sendable {
    weak var engine: Driven?
}
