import Foundation
public import Skein

/// What went wrong between a caller and the outside world, never what the world decided.
public struct WorldError: DispositionedError, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Sendable, Hashable {
        let name: String

        /// The call never left; nothing was done.
        public static let unreachable = Code(name: "unreachable")
        /// A world listens but reads nothing. The call never left; nothing was done.
        public static let silent = Code(name: "silent")
        /// The world failed before it acted.
        public static let unavailable = Code(name: "unavailable")
        /// The call left and no answer came: nobody knows whether the world has acted.
        public static let noAnswer = Code(name: "noAnswer")
        /// The call can never succeed as it is.
        public static let refused = Code(name: "refused")
        /// A record that is not what it should be.
        public static let damaged = Code(name: "damaged")
        /// Another world has the directory.
        public static let owned = Code(name: "owned")
        /// There is no room for the record, or nobody may write it.
        public static let full = Code(name: "full")
        /// The operating system said no.
        public static let system = Code(name: "system")
    }

    public let code: Code
    public let description: String

    public init(_ code: Code, _ description: String) { (self.code, self.description) = (code, description) }

    /// Technical failures are worth another attempt with the same key, whether or not the outcome is known.
    public var disposition: Disposition {
        switch code {
        case .unreachable, .silent, .unavailable: .retry(after: nil)
        case .noAnswer: .unknownOutcome
        default: .permanent
        }
    }

    /// The failure of the system call that has just returned.
    static func system(_ action: String, _ reason: Int32 = errno) -> WorldError {
        let code: Code = [ENOSPC, EDQUOT, EFBIG, EROFS].contains(reason) ? .full : .system
        return WorldError(code, "cannot \(action): \(String(cString: strerror(reason)))")
    }
}
