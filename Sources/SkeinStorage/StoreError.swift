import SkeinMessages

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
        /// Reading failed, or something else that has no code of its own.
        public static let failed = Code("failed")
        /// There is no room: the disk is full, or a quota or the limit on the size of files is reached.
        public static let full = Code("full")
        /// The operating system could not write.
        public static let writeFailed = Code("writeFailed")
        /// The store, its log of changes or its folder was removed or replaced while it was open.
        public static let replaced = Code("replaced")
        /// The file exists already and is not overwritten.
        public static let exists = Code("exists")
        /// The file has more than one name (hard link).
        public static let linked = Code("linked")
        /// A limit of the operating system on this process is too low.
        public static let limited = Code("limited")
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
