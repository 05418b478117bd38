/// Runs `work` for each number from 0, `lanes` of them at a time.
func concurrently(_ count: Int, lanes: Int = 100, _ work: @escaping @Sendable (Int) async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for lane in 0..<lanes {
            group.addTask {
                for number in stride(from: lane, to: count, by: lanes) { try await work(number) }
            }
        }
        try await group.waitForAll()
    }
}
