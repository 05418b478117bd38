public import SkeinCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// How to publish from a transaction of any other SQLite driver: one insert, as SQL and binds.
///
/// ```swift
/// try connection.execute(OutboxStatement.sql, OutboxStatement.binds(for: envelope))
/// ```
///
/// - Ordering: messages enter the log in the order of their rows, when the store next commits or
///   ``SQLiteStore/relayForeign()`` is called. They have no position before.
/// - Durability: that of the transaction that inserts; its rollback takes the message back.
/// - Duplicates: a row whose message id is in the log already is dropped.
public enum OutboxStatement {
    /// One value to bind to ``sql``.
    public enum Bind: Sendable, Hashable {
        case text(String)
        case integer(Int64)
        case blob(Data)
        case null
    }

    /// Takes ``binds(for:)`` in their order.
    public static let sql = WriteSQL.insert("outbox", Columns.envelope)

    /// The values of one message, one for each `?` of ``sql``.
    ///
    /// - Throws: `EncodingError` when the headers cannot be written as JSON.
    public static func binds(for envelope: Envelope) throws -> [Bind] {
        let (metadata, context) = (envelope.metadata, envelope.context)
        func optional(_ text: String?) -> Bind { text.map { .text($0) } ?? .null }
        return [
            .text(metadata.id.rawValue), .text(metadata.kind.rawValue), .text(metadata.audience.rawValue),
            .text(metadata.name.rawValue), .text(metadata.version.description), .text(metadata.source),
            .text(metadata.subject), .integer(envelope.time.microseconds), .text(context.correlationID.rawValue),
            optional(context.causationID?.rawValue), optional(context.trace?.parent), optional(context.user),
            optional(context.recipient), optional(try EnvelopeHeaders.text(for: context)),
            .text(envelope.payload.contentType), .blob(envelope.payload.bytes),
        ]
    }
}
