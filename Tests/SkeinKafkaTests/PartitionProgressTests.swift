import Testing

@testable import SkeinKafka

@Suite("Kafka: progress in a partition")
struct PartitionProgressTests {
    /// Took offsets 10 to 14, with receipts 100 to 104.
    private func five() -> PartitionProgress {
        var progress = PartitionProgress(start: 10, committed: 10)
        for index in 0..<5 { progress.take(10 + Int64(index), receipt: 100 + UInt64(index)) }
        return progress
    }

    @Test("the place is below everything that is not acknowledged")
    func place() {
        var progress = five()
        #expect(progress.place == 10 && progress.uncommitted == nil)
        progress.acknowledge(102)
        #expect(progress.place == 10)
        progress.acknowledge(100)
        progress.acknowledge(101)
        #expect(progress.place == 13 && progress.uncommitted == 13)
        progress.acknowledge(104)
        progress.acknowledge(103)
        #expect(progress.place == 15 && progress.isIdle)
        progress.markCommitted(15)
        #expect(progress.uncommitted == nil)
    }

    @Test("a receipt that is unknown or comes twice changes nothing")
    func unknown() {
        var progress = five()
        for receipt in [1, 99, 105, 100, 100] as [UInt64] { progress.acknowledge(receipt) }
        #expect(progress.place == 11)
    }

    @Test("offsets may have gaps, as transactions leave them")
    func gaps() {
        var progress = PartitionProgress(start: 0, committed: nil)
        progress.take(3, receipt: 1)
        progress.take(9, receipt: 2)
        #expect(progress.place == 3)
        progress.acknowledge(1)
        #expect(progress.place == 9)
        progress.acknowledge(2)
        #expect(progress.place == 10)
    }

    @Test("what was not handed out is to be taken again")
    func drop() {
        var progress = five()
        progress.acknowledge(100)
        progress.drop { [103, 104].contains($0) }
        #expect(progress.next == 13 && progress.place == 11)
        progress.acknowledge(101)
        progress.acknowledge(102)
        #expect(progress.place == 13 && progress.isIdle)
    }

    @Test("a commit that has failed is to be made again")
    func failed() {
        var progress = five()
        progress.acknowledge(100)
        progress.markCommitted(11)
        progress.markCommitted(nil)
        #expect(progress.uncommitted == 11)
    }
}
