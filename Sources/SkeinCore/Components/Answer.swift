/// Answers one query type with its document.
///
/// The answer is sent to whoever asked, matched to the question by causation. A query changes nothing, so it may be
/// answered any number of times.
public struct Answer<Asked: Query>: RegisteredPart {
    private let registration: HandlerRegistration

    public init(
        _ type: Asked.Type, since: SchemaVersion? = nil,
        _ body: @escaping @Sendable (Asked, HandlerContext) async throws -> Asked.Answer
    ) {
        registration = HandlerRegistration(
            label: "\(type)", name: Asked.name, kind: .query, since: since ?? Asked.version
        ) { record, coder, context in
            let answer = try await body(record.decoded(as: type, coder: coder), context)
            try context.reply(answer)
        }
    }

    /// Adds the answer as a handler of its query, which makes the component the owner of that query.
    package func register(in registry: inout ComponentRegistry) { registry.add(registration) }
}
