/// What the code of an activity knows about its attempt.
public struct ActivityContext: Sendable {
    /// The same for every attempt of this activity and for no other: pass it to the outside system, so that a repeated
    /// attempt has no second effect.
    public let idempotencyKey: String
    /// 1 for the first attempt.
    public let attempt: Int
    /// The key of the instance.
    public let instanceKey: String
    /// The idempotency key of the activity that this one undoes; `nil` where it undoes none.
    public internal(set) var undoneKey: String?
}
