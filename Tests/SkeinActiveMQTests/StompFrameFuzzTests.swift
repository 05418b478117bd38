import Foundation
import Testing

@testable import SkeinActiveMQ

/// `SKEIN_FUZZ=1000000` sets the number of frames, `SKEIN_SEED` the seed of a failure.
@Suite("Frames from random bytes")
struct StompFrameFuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let count = environment["SKEIN_FUZZ"].flatMap(Int.init) ?? 20_000
    private static let seed = environment["SKEIN_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...UInt64.max)

    private static let limits = StompFrameParser.Limits(headers: 20, line: 400, body: 4000)

    @Test("are read as they were written, in whatever pieces they come")
    func identity() throws {
        var samples = FrameSamples(seed: Self.seed)
        print("SKEIN_SEED=\(Self.seed) SKEIN_FUZZ=\(Self.count)")
        var parser = StompFrameParser(limits: Self.limits)
        var written = 0
        while written < Self.count {
            let frames = (0..<20).map { _ in samples.frame() }
            var encoder = StompFrameEncoder()
            for frame in frames {
                encoder.append(frame)
                for _ in 0..<samples.number(below: 3) { encoder.appendHeartBeat() }
            }
            var read: [StompFrame] = []
            for piece in samples.pieces(encoder.bytes) {
                parser.append(piece)
                while let frame = try parser.next() { read.append(frame) }
            }
            try #require(read == frames, "seed \(Self.seed), after \(written) frames")
            written += frames.count
        }
        #expect(parser.bufferedBytes < 10)
    }

    @Test("of which some are too large or malformed are read without that, and all others as they were written")
    func leftOut() throws {
        var samples = FrameSamples(seed: Self.seed)
        let limits = StompFrameParser.Limits(headers: 5, line: 30, body: 30)
        var parser = StompFrameParser(limits: limits)
        for round in 0..<(Self.count / 20) {
            var (bytes, expected): ([UInt8], [StompFrame]) = ([], [])
            for _ in 0..<20 {
                let frame = samples.message()
                var written = StompFrameEncoder.bytes(of: frame)
                var rest = StompFrame(.message, body: frame.body, isCounted: frame.isCounted)
                if samples.number(below: 8) == 0 {
                    written.insert(contentsOf: "nocolon\n".utf8, at: Self.lineOfCommand)
                    rest.leaveOut(.malformed(.headerWithoutColon("nocolon")))
                }
                keep(frame, in: &rest, limits)
                bytes += written
                expected.append(rest)
            }
            var read: [StompFrame] = []
            for piece in samples.pieces(bytes) {
                parser.append(piece)
                while let frame = try parser.next() { read.append(frame) }
                try #require(parser.bufferedBytes <= 30, "seed \(Self.seed), round \(round)")
            }
            try #require(read == expected, "seed \(Self.seed), round \(round)")
        }
    }

    private static let lineOfCommand = "MESSAGE\n".utf8.count

    /// What the limits leave of a frame.
    private func keep(_ frame: StompFrame, in rest: inout StompFrame, _ limits: StompFrameParser.Limits) {
        let needed = ["subscription", "message-id", "ack"]
        for header in frame.headers {
            let bytes = StompFrameEncoder.bytes(of: StompFrame(.message, [header]))
            // Behind the line come its end, an empty line and the NUL.
            let line = bytes.dropFirst(Self.lineOfCommand).dropLast(3)
            if line.count > limits.line {
                let name = line.prefix(limits.line).prefix { $0 != 0x3A }.map { (0x20...0x7E).contains($0) ? $0 : 0x2E }
                rest.leaveOut(.header(String(decoding: name, as: UTF8.self), limit: limits.line))
            } else if rest.headers.count < limits.headers || needed.contains(header.name) && rest[header.name] == nil {
                rest.headers.append(header)
            } else {
                rest.leaveOut(.headers(limit: limits.headers))
            }
        }
        if frame.body.count > limits.body { rest.leaveOut(.body(size: frame.body.count, limit: limits.body)) }
        if rest.leftOut != nil { rest.body = Data() }
    }

    @Test("that were damaged end in frames or in one error, and never fill the memory")
    func mutations() throws {
        var samples = FrameSamples(seed: Self.seed)
        for round in 0..<(Self.count / 5) {
            var encoder = StompFrameEncoder()
            for _ in 0..<5 { encoder.append(samples.frame()) }
            var parser = StompFrameParser(limits: Self.limits)
            var failures: [StompSyntaxError] = []
            for piece in samples.pieces(samples.mutated(encoder.bytes)) {
                parser.append(piece)
                do throws(StompSyntaxError) {
                    while let frame = try parser.next() {
                        #expect(frame.headers.count <= 20 + StompFrameParser.needed.count && frame.body.count <= 4000)
                    }
                } catch {
                    failures.append(error)
                }
                try #require(parser.bufferedBytes <= 4000 + 700 + 1, "seed \(Self.seed), round \(round)")
            }
            try #require(Set(failures).count <= 1, "seed \(Self.seed), round \(round)")
        }
    }
}
