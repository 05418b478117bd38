/// A fact in the past. It is published by one component and may have any number of receivers, or none.
public protocol Event: Message {
    /// For whom the event is meant. ``Audience/domain`` unless stated.
    static var audience: Audience { get }
}

extension Event {
    /// Always ``MessageKind/event``.
    public static var kind: MessageKind { .event }
    /// ``Audience/domain``, for events that do not state their audience.
    public static var audience: Audience { .domain }
}
