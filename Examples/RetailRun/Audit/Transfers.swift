import Skein

/// What went from part to part of a shop: each message that one file says was written for another has to be recorded
/// there once, as it was written, and for each subject in the order in which it was written.
struct Transfers {
    /// A message that was written and is not recorded where it has to be.
    struct Missing: Sendable, Hashable {
        var message: PartLog.Message
        var writer: String
        var receiver: String
        /// Whether it will come: it waits to leave, or the receiver's channel is suspended.
        var isExpected = false
    }

    private let parts: [PartLog]
    /// The part of each component, and of each process.
    private let homes: [String: Int]

    init(_ parts: [PartLog]) {
        self.parts = parts
        var homes: [String: Int] = [:]
        for (index, part) in parts.enumerated() {
            homes[part.name] = index
            for component in part.components { homes[component] = index }
        }
        self.homes = homes
    }

    /// How many messages were recorded that another part has written.
    var count: Int { parts.reduce(0) { $0 + $1.messages.count { !$0.isOwn } } }

    /// What was written for a part and is not recorded there.
    var missing: [Missing] {
        let recorded = parts.map { part in Set(part.messages.lazy.filter { !$0.isOwn }.map(\.id)) }
        return parts.enumerated().flatMap { index, part in
            part.messages.filter(\.isOwn).flatMap { message in
                receivers(of: message, from: index).filter { !recorded[$0].contains(message.id) }.map {
                    Missing(
                        message: message, writer: part.name, receiver: parts[$0].name,
                        isExpected: message.isWaiting || parts[$0].isSuspended)
                }
            }
        }
    }

    /// The parts that a message is written for, other than the one that has written it.
    private func receivers(of message: PartLog.Message, from writer: Int) -> [Int] {
        let one: Int?
        switch message.kind {
        case .command, .query: one = homes[message.recipient ?? message.component]
        case .event, .document:
            guard let name = message.replyTo ?? message.recipient else {
                return parts.indices.filter { $0 != writer }
            }
            one = homes[name]
        }
        return one.map { $0 == writer ? [] : [$0] } ?? []
    }

    /// What contradicts the files of the writers in those of the receivers.
    ///
    /// - Parameter isAtRest: whether nobody writes. Otherwise the file of a writer may have been read before that of a
    ///   receiver, which then knows more.
    func broken(isAtRest: Bool) -> [BrokenPromise] {
        let written = parts.map { part in
            Dictionary(part.messages.filter(\.isOwn).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        }
        return parts.flatMap { part in
            var broken: [BrokenPromise] = []
            var newest: [Way: PartLog.Message] = [:]
            for message in part.messages where !message.isOwn {
                guard let home = homes[message.source], let original = written[home][message.id] else {
                    let finding = "\(part.name) has recorded \(message.name), which nobody has written"
                    if isAtRest { broken.append(.init(promise: .asWritten, subject: message.id, finding: finding)) }
                    continue
                }
                if original.digest != message.digest || original.name != message.name {
                    let finding = "\(part.name) has recorded \(message.name), but written was another message"
                    broken.append(.init(promise: .asWritten, subject: message.id, finding: finding))
                }
                let way = Way(writer: home, destination: original.destination, subject: original.subject)
                if let before = newest[way], before.position > original.position {
                    let finding =
                        "\(part.name) has recorded \(message.name) (\(message.id)) behind \(before.name) "
                        + "(\(before.id)), which \(parts[home].name) has written later"
                    broken.append(.init(promise: .inOrder, subject: message.subject, finding: finding))
                } else {
                    newest[way] = original
                }
            }
            return broken
        }
    }

    /// Order is promised among the messages of one subject to one destination.
    private struct Way: Hashable {
        var writer: Int
        var destination: String
        var subject: String
    }
}
