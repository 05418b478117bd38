/// How long a process waits at most: until an instant, or for a duration from now on.
///
/// ```swift
/// let deadline = flow.now.advanced(by: .days(14))
/// let updated = try await flow.wait(for: CardDetailsUpdated.self, key: accountID, until: deadline)
/// let updatedAgain = try await flow.wait(for: CardDetailsUpdated.self, key: accountID, until: .days(14))
/// ```
///
/// The instant is stored when the wait begins. Code that is changed later, to another duration, does not move it.
public protocol TimeLimit: Sendable {
    /// The instant at which the time is up, for a wait that begins now.
    func end(from now: Timestamp) -> Timestamp
}

extension Timestamp: TimeLimit {
    /// The instant itself; one that has passed ends the wait at once, after a commit.
    public func end(from now: Timestamp) -> Timestamp { self }
}

extension Duration: TimeLimit {
    /// The instant after the duration.
    public func end(from now: Timestamp) -> Timestamp { now.advanced(by: self) }
}

// What follows lets a call name a duration without its type. It is disfavoured, so that the members of `Duration`
// itself are found wherever a duration is expected.
extension TimeLimit where Self == Duration {
    /// Days of 24 hours from now.
    @_disfavoredOverload
    public static func days(_ days: some BinaryInteger) -> Duration { Duration.days(days) }
    /// Hours from now.
    @_disfavoredOverload
    public static func hours(_ hours: some BinaryInteger) -> Duration { Duration.hours(hours) }
    /// Minutes from now.
    @_disfavoredOverload
    public static func minutes(_ minutes: some BinaryInteger) -> Duration { Duration.minutes(minutes) }
    /// Seconds from now.
    @_disfavoredOverload
    public static func seconds(_ seconds: some BinaryInteger) -> Duration { Duration.seconds(seconds) }
    /// Days of 24 hours from now, such as one and a half.
    @_disfavoredOverload
    public static func days(_ days: Double) -> Duration { Duration.days(days) }
    /// Hours from now, such as one and a half.
    @_disfavoredOverload
    public static func hours(_ hours: Double) -> Duration { Duration.hours(hours) }
    /// Minutes from now, such as one and a half.
    @_disfavoredOverload
    public static func minutes(_ minutes: Double) -> Duration { Duration.minutes(minutes) }
    /// Seconds from now, such as one and a half.
    @_disfavoredOverload
    public static func seconds(_ seconds: Double) -> Duration { Duration.seconds(seconds) }
}
