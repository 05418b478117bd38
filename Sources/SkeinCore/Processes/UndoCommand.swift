import SkeinCloudEvents
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A command that undoes a completed step, and the event that confirms it: made when the step is completed, and written
/// down as it will be sent, so that a replay which makes another one no longer matches.
struct UndoCommand: Sendable, Hashable, Codable {
    var name: String
    var version: String
    var subject: String?
    /// As a JSON array; `nil` for none.
    var assets: String?
    var payload: String
    /// The type of the event that confirms it, and its version.
    var until: String
    var untilVersion: String
    /// The key under which the event is awaited; `nil` where the command itself causes it.
    var key: String?

    init(_ command: some Command, until undone: any Event.Type, for key: String?, _ factory: MessageFactory) throws {
        let draft = try factory.draft(of: command)
        (name, version, subject) = (draft.name.rawValue, draft.version.description, draft.subject)
        assets = draft.assets.isEmpty ? nil : AssetText.json(draft.assets)
        payload = String(decoding: draft.payload, as: UTF8.self)
        (until, untilVersion, self.key) = (undone.name.rawValue, undone.version.description, key)
    }

    func draft() throws -> MessageDraft {
        MessageDraft(
            kind: .command, name: MessageName(trusted: name), version: try SchemaVersion(validating: version),
            subject: subject, assets: try assets.map(AssetText.assets) ?? [], payload: Data(payload.utf8))
    }

    /// The confirmation, as it is waited for.
    func awaited(causation id: MessageID) throws -> AwaitedType {
        AwaitedType(
            name: MessageName(trusted: until), version: try SchemaVersion(validating: untilVersion),
            key: key ?? Correlating.key(causation: id))
    }
}

/// A process begins afresh: its new start message, and the commands that undo what it has completed so far.
struct Restart: Sendable {
    var start: Data
    var undo: [UndoCommand] = []
}
