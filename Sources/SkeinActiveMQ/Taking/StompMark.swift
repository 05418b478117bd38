/// A message to the queue of a reader that says nothing, and that only this module sends and sees.
///
/// ActiveMQ makes the queue of a reader when it is subscribed to, but writes that down with its next checkpoint, some
/// seconds later. A broker that dies before has no such queue when it runs again, and what is sent then is lost to the
/// reader until it is back. A message in the queue is written down at once, and the queue with it.
enum StompMark {
    private static let name = "skein_mark"

    static let headers = [StompFrame.Header(name, "true"), StompFrame.Header("persistent", "true")]

    static func isMark(_ frame: StompFrame) -> Bool { frame[name] != nil }
}
