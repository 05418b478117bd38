/// Writes frames as bytes, with the escapes of STOMP 1.2.
struct StompFrameEncoder: Sendable {
    private(set) var bytes: [UInt8] = []

    init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// A body that holds a NUL is counted whatever the frame says: nobody could find its end otherwise.
    mutating func append(_ frame: StompFrame) {
        bytes.append(contentsOf: frame.command.rawValue.utf8)
        bytes.append(0x0A)
        let isEscaped = frame.command.isEscaped
        for header in frame.headers {
            append(header.name, isEscaped)
            bytes.append(0x3A)
            append(header.value, isEscaped)
            bytes.append(0x0A)
        }
        if frame.isCounted || frame.body.contains(0) {
            bytes.append(contentsOf: "content-length:".utf8)
            bytes.append(contentsOf: String(frame.body.count).utf8)
            bytes.append(0x0A)
        }
        bytes.append(0x0A)
        bytes.append(contentsOf: frame.body)
        bytes.append(0)
    }

    /// A heart-beat: an end of line between frames.
    mutating func appendHeartBeat() { bytes.append(0x0A) }

    /// The bytes of one frame.
    static func bytes(of frame: StompFrame) -> [UInt8] {
        var encoder = StompFrameEncoder()
        encoder.append(frame)
        return encoder.bytes
    }

    /// Frames without escapes cannot hold what would end a line; it is left out there, so that a header cannot become
    /// two.
    private mutating func append(_ text: String, _ isEscaped: Bool) {
        var text = text
        text.withUTF8 { utf8 in
            guard utf8.contains(where: Self.isSpecial) else { return bytes.append(contentsOf: utf8) }
            for byte in utf8 { appendSpecial(byte, isEscaped) }
        }
    }

    private mutating func appendSpecial(_ byte: UInt8, _ isEscaped: Bool) {
        guard isEscaped else {
            if byte != 0x0A, byte != 0x0D, byte != 0 { bytes.append(byte) }
            return
        }
        switch byte {
        case 0x0A: bytes.append(contentsOf: [0x5C, 0x6E])
        case 0x0D: bytes.append(contentsOf: [0x5C, 0x72])
        case 0x3A: bytes.append(contentsOf: [0x5C, 0x63])
        case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
        default: bytes.append(byte)
        }
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte == 0x3A || byte == 0x5C || byte == 0x0A || byte == 0x0D || byte == 0
    }
}
