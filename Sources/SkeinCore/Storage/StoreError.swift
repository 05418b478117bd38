/// A store that cannot be opened, read or written.
public struct StoreError: Error, CustomStringConvertible {
    /// What went wrong, for programs.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The word for the code, as it stands in logs.
        public let description: String
        init(_ description: String) { self.description = description }

        /// Another process owns the file.
        public static let owned = Code("owned")
        /// The file is not a store.
        public static let notAStore = Code("notAStore")
        /// The store was written by a newer version of this software.
        public static let newerSchema = Code("newerSchema")
        /// The file or its folder cannot be written.
        public static let readOnly = Code("readOnly")
        /// The file or its folder does not exist.
        public static let notFound = Code("notFound")
        /// Reading or writing failed (disk full, input/output error).
        public static let failed = Code("failed")
        /// Another process has been writing to the store for too long.
        public static let locked = Code("locked")
        /// The store is closed.
        public static let closed = Code("closed")
        /// An enlistment that belongs to another kind of store.
        public static let foreignEnlistment = Code("foreignEnlistment")
        /// Stored data that cannot be read back.
        public static let corrupt = Code("corrupt")
    }

    /// What to decide by; the message may change, the code does not.
    public let code: Code
    /// Names the store, the place and the way out, for people.
    public let message: String
    /// What the database or the operating system said; `nil` when the store itself refused.
    public let cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        (self.code, self.message, self.cause) = (code, message, cause)
    }

    public var description: String { cause.map { "\(message) (\($0))" } ?? message }
}
