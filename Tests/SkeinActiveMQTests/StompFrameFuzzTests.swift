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

    @Test("of which some are too large are read as they were written, without their bodies")
    func leftOut() throws {
        var samples = FrameSamples(seed: Self.seed)
        var parser = StompFrameParser(limits: StompFrameParser.Limits(headers: 20, line: 400, body: 30))
        for round in 0..<(Self.count / 20) {
            var (encoder, expected): (StompFrameEncoder, [StompFrame]) = (StompFrameEncoder(), [])
            for _ in 0..<20 {
                var frame = samples.frame()
                frame.isCounted = frame.isCounted || frame.body.count > 30
                encoder.append(frame)
                if frame.body.count > 30 {
                    frame.leftOutBody = StompFrame.LeftOutBody(size: frame.body.count, limit: 30)
                    frame.body = Data()
                }
                expected.append(frame)
            }
            var read: [StompFrame] = []
            for piece in samples.pieces(encoder.bytes) {
                parser.append(piece)
                while let frame = try parser.next() { read.append(frame) }
            }
            try #require(read == expected, "seed \(Self.seed), round \(round)")
        }
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
                        #expect(frame.headers.count <= 20 && frame.body.count <= 4000)
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
