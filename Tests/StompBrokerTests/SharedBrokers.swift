import Testing

/// One broker of each kind for all tests that do not kill it. They end with the process.
actor SharedBrokers {
    private static let shared = SharedBrokers()

    private var brokers: [BrokerProcess.Kind: Task<BrokerProcess, any Error>] = [:]

    static func broker(_ kind: BrokerProcess.Kind) async throws -> BrokerProcess {
        try await shared.starting(kind).value
    }

    private func starting(_ kind: BrokerProcess.Kind) -> Task<BrokerProcess, any Error> {
        if let task = brokers[kind] { return task }
        let task = Task { try await BrokerProcess(kind) }
        brokers[kind] = task
        return task
    }
}
