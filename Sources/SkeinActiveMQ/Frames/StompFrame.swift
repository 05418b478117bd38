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

    var command: StompCommand
    /// In their order, without `content-length`.
    var headers: [Header]
    var body: Data
    /// Whether `content-length` says where the body ends. Brokers take a body without it for text.
    var isCounted: Bool
    /// What the frame lacks; ``body`` is empty then.
    var leftOut: LeftOut?

    init(_ command: StompCommand, _ headers: [Header] = [], body: Data = Data(), isCounted: Bool? = nil) {
        (self.command, self.headers, self.body) = (command, headers, body)
        self.isCounted = isCounted ?? (command == .send || !body.isEmpty)
    }

    /// The value of the first header with a name.
    subscript(name: String) -> String? { headers.first { $0.name == name }?.value }
}
