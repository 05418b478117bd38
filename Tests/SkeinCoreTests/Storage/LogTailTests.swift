import SkeinStorage
import Foundation
import Testing

@testable import SkeinCore

@Suite("The newest messages in memory")
struct LogTailTests {
    private func record(_ position: Int64, bytes: Int = 1) -> LogRecord {
        let id = MessageID("\(position)")
        let metadata = Envelope.Metadata(
            id: id, kind: .event, name: "clock.tick", version: "1.0.0", source: "clock", subject: "a")
        return LogRecord(
            position: position,
            envelope: Envelope(
                time: .epoch, metadata: metadata, context: .init(correlationID: id),
                payload: Payload(bytes: Data(repeating: 0, count: bytes))))
    }

    private func positions(_ tail: LogTail, after position: Int64) -> [Int64]? {
        tail.records(after: position, limit: 100)?.map(\.position)
    }

    @Test("are as many as fit, and one who has fallen behind is sent to the store")
    func count() {
        let tail = LogTail(capacity: 3, byteCapacity: 1000)
        tail.open(end: 0)
        tail.append((1...5).map { record($0) })
        #expect(positions(tail, after: 2) == [3, 4, 5])
        #expect(positions(tail, after: 1) == nil)
        #expect(positions(tail, after: 5) == [])
    }

    @Test("are fewer where they are large, but never none")
    func bytes() {
        let tail = LogTail(capacity: 100, byteCapacity: 1000)
        tail.open(end: 0)
        tail.append((1...5).map { record($0, bytes: 400) })
        #expect(positions(tail, after: 3) == [4, 5])
        #expect(positions(tail, after: 2) == nil)
        tail.append([record(6, bytes: 5000)])
        #expect(positions(tail, after: 5) == [6])
    }

    @Test("do not include what was in the store before, whoever appended it when")
    func opened() {
        let tail = LogTail(capacity: 100, byteCapacity: 1000)
        tail.append([record(3), record(4)])
        tail.open(end: 3)
        #expect(positions(tail, after: 3) == [4])
        #expect(positions(tail, after: 2) == nil)
    }

    @Test("leave no gap when more records are appended during the start than are kept")
    func openedLate() {
        let tail = LogTail(capacity: 2, byteCapacity: 1000)
        tail.append((1...5).map { record($0) })
        tail.open(end: 1)
        #expect(positions(tail, after: 1) == nil, "2 and 3 are in the store only")
        #expect(positions(tail, after: 3) == [4, 5])
        #expect(tail.end == 5)
    }
}
