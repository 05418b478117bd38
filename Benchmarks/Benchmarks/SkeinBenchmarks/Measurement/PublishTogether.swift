import Skein

/// Publishes numbered events, 500 in a call.
func publishTogether(_ count: Int, _ client: Client, _ event: (Int) -> any Event) async throws {
    for first in stride(from: 0, to: count, by: 500) {
        try await client.publish(contentsOf: (first..<min(first + 500, count)).map(event))
    }
}
