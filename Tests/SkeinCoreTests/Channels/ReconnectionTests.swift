import SkeinMessages
import Testing

@testable import SkeinCore

@Suite("The pauses before a channel connects again")
struct ReconnectionTests {
    private func pauses(_ count: Int, random: UInt64) -> [Duration] {
        var reconnection = Reconnection()
        return (0..<count).map { _ in reconnection.failed(random: random) }
    }

    @Test("double from a tenth of a second to half a minute, and half of each is random")
    func doubling() {
        let (longest, shortest) = (pauses(12, random: 0), pauses(12, random: .max))
        let bounds = (0..<12).map { min(Duration.milliseconds(100 << $0), .seconds(30)) }
        for (index, bound) in bounds.enumerated() {
            let range = min(longest[index], shortest[index])...max(longest[index], shortest[index])
            #expect(range.lowerBound >= bound / 2 - .milliseconds(1), "attempt \(index + 1)")
            #expect(range.upperBound <= bound, "attempt \(index + 1)")
            #expect(range.upperBound - range.lowerBound >= bound / 2 - .milliseconds(1), "attempt \(index + 1)")
        }
    }

    @Test("begin anew when the connection has done something useful")
    func success() {
        var reconnection = Reconnection()
        let first = reconnection.failed(random: 7)
        for _ in 0..<5 { _ = reconnection.failed(random: 7) }
        reconnection.succeeded()
        #expect(reconnection.failed(random: 7) == first)
    }
}
