#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One frame of STOMP 1.2, with its headers unescaped.
struct StompFrame: Hashable, Sendable {
    /// One header. Names may repeat; the first one counts (STOMP 1.2, "Repeated Header Entries").
    struct Header: Hashable, Sendable {
        let name: String
        let value: String

        init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    /// A counted body that was passed by, because it is larger than what is read.
    struct LeftOutBody: Hashable, Sendable {
        /// Its size in bytes.
        let size: Int
        /// How many bytes are read at most.
        let limit: Int
    }

    var command: StompCommand
    /// In their order, without `content-length`.
    var headers: [Header]
    var body: Data
    /// Whether `content-length` says where the body ends. Brokers take a body without it for text.
    var isCounted: Bool
    /// What stood in the place of ``body``, which is empty then.
    var leftOutBody: LeftOutBody?

    init(_ command: StompCommand, _ headers: [Header] = [], body: Data = Data(), isCounted: Bool? = nil) {
        (self.command, self.headers, self.body) = (command, headers, body)
        self.isCounted = isCounted ?? (command == .send || !body.isEmpty)
    }

    /// The value of the first header with a name.
    subscript(name: String) -> String? { headers.first { $0.name == name }?.value }
}
