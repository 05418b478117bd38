import SkeinCore
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("A timestamp and a date of Foundation")
struct TimestampDateTests {
    @Test("are the same instant", arguments: [0, 1_700_000_000_250_000, -1_500_000] as [Int64])
    func instant(microseconds: Int64) {
        let time = Timestamp(microseconds: microseconds)
        #expect(Timestamp(time.date) == time)
    }

    @Test("meet at the ends of time")
    func ends() {
        #expect(Timestamp(Date.distantFuture).microseconds == 64_092_211_200_000_000)
        #expect(Timestamp(Date(timeIntervalSince1970: .infinity)).microseconds == .max)
        #expect(Timestamp(Date(timeIntervalSince1970: -1e300)).microseconds == .min)
    }
}
