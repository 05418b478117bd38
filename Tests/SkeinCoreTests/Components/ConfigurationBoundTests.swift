import SkeinCore
import SkeinTesting
import Testing

@Suite("A bound of the configuration")
struct ConfigurationBoundTests {
    private func problems(_ change: (inout RuntimeConfiguration) -> Void) -> [String] {
        var options = Simulation.Options()
        change(&options.configuration)
        do {
            _ = try Simulation(store: MemoryStore(), options: options, components: [Component("shop") {}])
            return []
        } catch let error as ConfigurationError {
            return error.problems
        } catch {
            return ["\(error)"]
        }
    }

    /// The numbers that must be 1 or more.
    static let numbers: [(String, any WritableKeyPath<RuntimeConfiguration, Int> & Sendable)] = [
        ("bufferedMessages", \.bufferedMessages), ("concurrentHandlers", \.concurrentHandlers),
        ("bufferedMessagesPerKey", \.bufferedMessagesPerKey), ("parkedKeysInMemory", \.parkedKeysInMemory),
        ("concurrentActivities", \.concurrentActivities),
        ("commitBatch", \.commitBatch), ("reactionBatch", \.reactionBatch), ("tailLength", \.tailLength),
        ("tailBytes", \.tailBytes), ("liveInstances", \.liveInstances), ("timersInMemory", \.timersInMemory),
        ("fanOutChunk", \.fanOutChunk), ("journalWarning", \.journalWarning), ("journalLimit", \.journalLimit),
        ("maximumPayloadSize", \.maximumPayloadSize),
    ]

    @Test("that admits nothing is refused, with what it must be", arguments: numbers)
    func number(name: String, path: any WritableKeyPath<RuntimeConfiguration, Int> & Sendable) {
        #expect(problems { $0[keyPath: path] = 0 } == ["the configuration's \(name) is 0; it must be 1 or more"])
        #expect(problems { $0[keyPath: path] = 1 }.isEmpty)
    }

    @Test("on a time is refused where it is negative, or nothing where there must be some")
    func times() {
        let all = problems {
            ($0.retryInMemory, $0.failureTolerance) = (.seconds(-1), .seconds(-1))
            ($0.reactionDeadline, $0.drainTimeout) = (.zero, .seconds(-1))
            ($0.inboxWindow, $0.keepsEndedInstances) = (.seconds(-1), .seconds(-1))
            ($0.unwrittenFireAndForget, $0.longestHoldUp) = (-1, .seconds(-1))
            $0.breakers["bank"] = BreakerPolicy(failures: 0, openFor: .zero, initialConcurrency: 0, fullConcurrency: 0)
        }
        #expect(all.count == 12)
        #expect(all.contains("the configuration's reactionDeadline is P0D; it must be longer than nothing"), "\(all)")
        #expect(all.contains("the configuration's retryInMemory is -PT1S; it must be PT0S or longer"), "\(all)")
        #expect(all.contains("the configuration's breaker of 'bank': its failures is 0; it must be 1 or more"))
        let none = problems {
            ($0.retryInMemory, $0.failureTolerance, $0.drainTimeout) = (.zero, .zero, .zero)
            ($0.inboxWindow, $0.keepsEndedInstances, $0.unwrittenFireAndForget) = (.zero, .zero, 0)
            $0.longestHoldUp = .zero
        }
        #expect(none.isEmpty)
    }
}
