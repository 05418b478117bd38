import Testing

@testable import SkeinKafka

@Suite("Kafka: partitions that stand still")
struct StandstillWatchTests {
    private let first = TopicPartition("order.events", 0)
    private let second = TopicPartition("order.events", 1)

    @Test("below the end for the patience is a finding")
    func found() {
        var watch = StandstillWatch(patience: .seconds(10))
        #expect(watch.check([first: 5]).isEmpty)
        #expect(watch.check([first: 5]) == [first])
        #expect(watch.judge([first: 8], at: .seconds(0)) == nil)
        #expect(watch.check([first: 5]) == [first])
        #expect(watch.judge([first: 8], at: .seconds(9)) == nil)
        #expect(watch.check([first: 5]) == [first])
        #expect(watch.judge([first: 9], at: .seconds(10)) == .init(partition: first, reached: 5, end: 9))
    }

    @Test("a partition that brings messages is not asked for, and begins a new patience")
    func moving() {
        var watch = StandstillWatch(patience: .seconds(10))
        _ = watch.check([first: 5])
        _ = watch.check([first: 5])
        #expect(watch.judge([first: 8], at: .seconds(0)) == nil)
        #expect(watch.check([first: 6]).isEmpty)
        #expect(watch.judge([:], at: .seconds(10)) == nil)
        #expect(watch.check([first: 6]) == [first])
        #expect(watch.judge([first: 8], at: .seconds(20)) == nil)
    }

    @Test("an empty partition and one that is read to its end are idle", arguments: [0, 7] as [Int64])
    func idle(offset: Int64) {
        var watch = StandstillWatch(patience: .seconds(10))
        for check in 0..<5 {
            let still = watch.check([first: offset])
            let ends = Dictionary(uniqueKeysWithValues: still.map { ($0, offset) })
            #expect(watch.judge(ends, at: .seconds(check * 10)) == nil)
        }
    }

    @Test("what a transaction leaves at the end is no standstill once librdkafka has met the end")
    func markers() {
        var watch = StandstillWatch(patience: .seconds(10))
        watch.meetEnd(of: first, at: 8)
        for check in 0..<5 {
            let still = watch.check([first: 5])
            let ends = Dictionary(uniqueKeysWithValues: still.map { ($0, 8 as Int64) })
            #expect(watch.judge(ends, at: .seconds(check * 10)) == nil)
        }
    }

    @Test("a partition of a group of which nothing comes, not even its end, stands still")
    func unknown() {
        var watch = StandstillWatch(patience: .seconds(10))
        _ = watch.check([first: nil, second: nil])
        watch.meetEnd(of: second, at: 0)
        #expect(watch.check([first: nil, second: nil]) == [first])
        #expect(watch.judge([first: 0], at: .seconds(0)) == nil)
        #expect(Set(watch.check([first: nil, second: nil])) == [first, second])
        #expect(
            watch.judge([first: 0, second: 0], at: .seconds(10)) == .init(partition: first, reached: nil, end: 0))
    }

    @Test("a broker that does not answer excuses a partition, and so does a reader that pauses")
    func excused() {
        var watch = StandstillWatch(patience: .seconds(10))
        _ = watch.check([first: 5])
        _ = watch.check([first: 5])
        #expect(watch.judge([first: 8], at: .seconds(0)) == nil)
        _ = watch.check([first: 5])
        #expect(watch.judge([:], at: .seconds(5)) == nil)
        _ = watch.check([first: 5])
        #expect(watch.judge([first: 8], at: .seconds(10)) == nil)
        watch.excuse()
        #expect(watch.check([first: 5]).isEmpty)
        #expect(watch.judge([:], at: .seconds(20)) == nil)
    }

    @Test("a partition that was given away is new when it comes back")
    func left() {
        var watch = StandstillWatch(patience: .seconds(10))
        watch.meetEnd(of: first, at: 8)
        _ = watch.check([first: 8])
        watch.leave([first])
        #expect(watch.check([first: 6]).isEmpty)
        #expect(watch.check([first: 6]) == [first])
        #expect(watch.judge([first: 8], at: .seconds(0)) == nil)
        _ = watch.check([first: 6])
        #expect(watch.judge([first: 8], at: .seconds(10)) == .init(partition: first, reached: 6, end: 8))
    }
}
