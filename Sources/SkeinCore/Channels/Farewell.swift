/// Keeps a connection from being opened while the one before still has messages that are to come again: a broker could
/// give out those behind them first.
struct Farewell {
    /// How long a connection may take to let go.
    static let patience = Duration.seconds(30)

    private var number = 0
    private var isUnderWay = false
    private var isAwaited = false

    /// A connection is being closed.
    ///
    /// - Returns: the number to end it with.
    mutating func begin() -> Int {
        number += 1
        isUnderWay = true
        return number
    }

    /// Whether a connection may be opened now; if not, ``end(_:)`` says when.
    mutating func admits() -> Bool {
        isAwaited = isUnderWay
        return !isUnderWay
    }

    /// A connection is closed, or its time is over; twice changes nothing.
    ///
    /// - Returns: whether somebody waits to open one.
    mutating func end(_ number: Int) -> Bool {
        guard isUnderWay, number == self.number else { return false }
        defer { (isUnderWay, isAwaited) = (false, false) }
        return isAwaited
    }
}
