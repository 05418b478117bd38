import SkeinTesting
import SkeinTransport
import Testing

@Suite("The checks of transports")
struct TransportDefectTests {
    @Test("find each transport that breaks a point, and each check finds one")
    func defects() async throws {
        let found = await withTaskGroup(of: (Defect, Set<String>).self) { group in
            for defect in Defect.allCases { group.addTask { (defect, await failures(of: defect)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for defect in Defect.allCases {
            #expect(found[defect]?.isEmpty == false, "no check has found the transport that \(defect)")
        }
        let idle = Set(TransportConformance.checks.map(\.description)).subtracting(found.values.flatMap { $0 })
        #expect(idle.isEmpty, "these checks have found nothing")
    }

    /// The checks of the point that a defect breaks, as far as they fail.
    private func failures(of defect: Defect) async -> Set<String> {
        var result: Set<String> = []
        for check in TransportConformance.checks where check.point == defect.point {
            do { _ = try await check.run(on: defect.adapter()) } catch { result.insert(check.description) }
        }
        return result
    }

    @Test("fail with what they wait for when an adapter hangs, also one that does not heed cancellation")
    func hanging() async throws {
        let adapter = Defect.ignoresCancellation.adapter()
        let check = try #require(
            TransportConformance.checks.first { $0.name == "a cancelled receive loses nothing" })
        let failure = await #expect(throws: ConformanceFailure.self) { _ = try await check.run(on: adapter) }
        #expect(failure?.description == "waited 1.0 seconds in vain for a cancelled receive to end")
    }
}
