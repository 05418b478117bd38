import ChildPrograms
import Foundation

/// A client that writes text and reads until a word comes. Calls block.
final class PlainStomp {
    private let descriptor: Int32
    private var text = ""

    /// Connects to a port of the loopback interface and logs in.
    init(port: Int) throws {
        descriptor = try LoopbackSocket.connected(to: port)
        try exchange(
            "CONNECT\naccept-version:1.2\nhost:/\nlogin:skein\npasscode:secret\n\n\0", until: "CONNECTED")
    }

    deinit { close(descriptor) }

    /// Writes frames and reads until a word has come after what was read before.
    func exchange(_ frames: String, until word: String) throws {
        write(frames)
        try read(until: word)
    }

    func write(_ frames: String) {
        var rest = Array(frames.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
    }

    /// The rest of the line.
    func line() throws -> String { try read(until: "\n") }

    /// - Returns: what stands before the word.
    @discardableResult
    func read(until word: String) throws -> String {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let range = text.range(of: word) {
                defer { text = String(text[range.upperBound...]) }
                return String(text[..<range.lowerBound])
            }
            let count = Foundation.read(descriptor, &bytes, bytes.count)
            guard count > 0 else { throw NeverHappened("\(word) after \(text)") }
            text += String(decoding: bytes[..<count], as: UTF8.self)
        }
    }
}
