/// An empty message to the queue of a reader, which only this module sends, and removes when it comes.
///
/// ActiveMQ makes the queue of a reader at its first subscription, but stores that some seconds later, with its next
/// checkpoint. A broker that dies in between has no such queue when it runs again; until the reader is back, it loses
/// what is sent. A message in the queue is stored at once, and the queue with it.
enum StompMark {
    private static let name = "skein_mark"

    static let headers = [StompFrame.Header(name, "true"), StompFrame.Header("persistent", "true")]

    static func isMark(_ frame: StompFrame) -> Bool { frame[name] != nil }
}
