/// One call as the outside world remembers it: a line of `calls.jsonl`, written before the answer.
public struct CallRecord: Codable, Sendable, Hashable {
    /// When, in ISO 8601.
    public var at: String
    public var service: WorldService
    /// The idempotency key of the caller.
    public var key: String
    public var account: String
    /// What the call was for, in the caller's words: a payment, a passenger.
    public var reference: String?
    public var amount: WorldAmount
    public var result: WorldResult
    /// Whether the key was answered before, so that nothing was done this time.
    public var `repeat`: Bool
    public var answer: AnswerManner

    public init(
        at: String, service: WorldService, key: String, account: String, reference: String? = nil, amount: WorldAmount,
        result: WorldResult, repeat isRepeat: Bool = false, answer: AnswerManner = .prompt
    ) {
        (self.at, self.service, self.key, self.account) = (at, service, key, account)
        (self.reference, self.amount, self.result) = (reference, amount, result)
        (self.repeat, self.answer) = (isRepeat, answer)
    }
}
