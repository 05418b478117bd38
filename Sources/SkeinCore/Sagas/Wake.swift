import SkeinStorage

/// Reacts to a wake-up that the saga asked for with ``SagaContext/wake(_:after:)``.
public struct Wake<State: Saga>: Sendable {
    let handler: @Sendable (inout State, String, SagaContext) throws -> Void

    public init(_ wake: @escaping @Sendable (inout State, _ purpose: String, SagaContext) throws -> Void) {
        handler = wake
    }
}
