import SkeinStorage

/// The handlers of a saga.
public struct SagaBehavior<State: Saga>: Sendable {
    var handlers: [SagaHandler<State>] = []
    var timeout: (@Sendable (inout State, String, SagaContext) throws -> Void)?
}

/// Collects the handlers of a saga.
@resultBuilder
public enum SagaBehaviorBuilder<State: Saga> {
    public static func buildExpression<Received>(_ begin: Begin<State, Received>) -> SagaBehavior<State> {
        SagaBehavior(handlers: [begin.handler])
    }

    public static func buildExpression<Received>(_ react: React<State, Received>) -> SagaBehavior<State> {
        SagaBehavior(handlers: [react.handler])
    }

    public static func buildExpression(_ wake: Wake<State>) -> SagaBehavior<State> {
        SagaBehavior(timeout: wake.handler)
    }

    public static func buildBlock(_ parts: SagaBehavior<State>...) -> SagaBehavior<State> {
        SagaBehavior(handlers: parts.flatMap(\.handlers), timeout: parts.compactMap(\.timeout).last)
    }
}
