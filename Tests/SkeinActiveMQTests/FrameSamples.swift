import Foundation

@testable import SkeinActiveMQ

/// Frames drawn from a seed.
struct FrameSamples {
    private var random: SeededNumbers

    init(seed: UInt64) { random = SeededNumbers(seed) }

    mutating func number(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    /// A frame that a peer may send, with every kind of header and body.
    mutating func frame() -> StompFrame {
        let command = StompCommand.allCases.randomElement(using: &random) ?? .message
        let headers = (0..<number(below: 6)).map { _ in
            StompFrame.Header(text(isEscaped: command.isEscaped, minimum: 1), text(isEscaped: command.isEscaped))
        }.filter { $0.name != "content-length" }
        let body = Data((0..<number(below: number(below: 8) == 0 ? 3000 : 40)).map { _ in byte() })
        let isCounted = body.contains(0) || number(below: 2) == 0
        return StompFrame(command, headers, body: body, isCounted: isCounted)
    }

    /// A MESSAGE with the headers of brokers among others in any order.
    mutating func message() -> StompFrame {
        var frame = frame()
        frame.command = .message
        for name in ["subscription", "message-id", "ack", "ack"] {
            let header = StompFrame.Header(name, String(number(below: 1000)))
            frame.headers.insert(header, at: number(below: frame.headers.count + 1))
        }
        return frame
    }

    private mutating func byte() -> UInt8 {
        // Bytes with a meaning in frames come often.
        number(below: 3) == 0
            ? [0, 0x0A, 0x0D, 0x3A, 0x5C].randomElement(using: &random) ?? 0 : UInt8(number(below: 256))
    }

    private mutating func text(isEscaped: Bool, minimum: Int = 0) -> String {
        // Without escapes neither ends of lines nor, in names, colons can be said.
        let all: [Unicode.Scalar] =
            isEscaped
            ? ["\n", "\r", ":", "\\", "\0", "a", "Z", "0", " ", "\t", "ü", "€", "🦢", "-", "_", ","]
            : ["a", "Z", "0", " ", "ü", "€", "🦢", "-", "_", ",", "\\"]
        var text = ""
        for _ in 0..<(minimum + number(below: 9)) {
            text.unicodeScalars.append(all.randomElement(using: &random) ?? "a")
        }
        return text
    }

    /// The bytes in pieces of any length.
    mutating func pieces(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var (pieces, rest): ([ArraySlice<UInt8>], ArraySlice<UInt8>) = ([], bytes[...])
        while !rest.isEmpty {
            let length = number(below: 4) == 0 ? 1 + number(below: 700) : 1 + number(below: 12)
            pieces.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return pieces
    }

    /// The bytes with some of them changed, left out, repeated or put in.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<(1 + number(below: 4)) where !bytes.isEmpty {
            let place = number(below: bytes.count)
            switch number(below: 5) {
            case 0: bytes[place] = byte()
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(byte(), at: place)
            case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 30)], at: place)
            default: bytes.removeSubrange(place..<min(bytes.count, place + number(below: 20)))
            }
        }
        return bytes
    }
}

/// SplitMix64, by Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
