/// An intent. It has exactly one owner: no owner, or two, is an error at start-up where that can be known, and
/// otherwise when the command is sent.
public protocol Command: Message {}

extension Command {
    /// Always ``MessageKind/command``.
    public static var kind: MessageKind { .command }
}
