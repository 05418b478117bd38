public import SkeinMessages
public import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension ActivityRow {
    /// What operators have changed about the retry policy that the code has; `nil` where they have changed nothing.
    public var policyEdit: RetryPolicy.Edit? {
        policy.flatMap { try? JSONDecoder().decode(RetryPolicy.Edit.self, from: $0) }
    }
}
