import SkeinCore
import Synchronization

/// Whether the outside world of the recorded processes answers.
final class OutsideLine: Sendable {
    private let isUp: Mutex<Bool>

    init(isUp: Bool) { self.isUp = Mutex(isUp) }

    func rise() { isUp.withLock { $0 = true } }

    func call() throws { if !isUp.withLock({ $0 }) { throw Unreachable() } }
}

struct RecordedErrand: ProcessDefinition {
    static let name = "errand"
    static func key(of start: JobRequested) -> String { start.id }

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        let rate = try await flow.ask(Rate()).percent
        let late = try await flow.ask(Rate(), until: .hours(1))
        let charged = try await flow.request(
            Charge(orderID: start.id, amount: rate), expecting: Charged.self,
            undo: { Refund(orderID: "\($0.orderID)-1") }, confirmedBy: Refunded.self)
        let isCharged = try await flow.request(Charge(orderID: "\(start.id)-2", amount: 2)) {
            Reply(Refunded.self) { _ in false }
            Reply(Charged.self) { _ in true }
        }
        guard isCharged else { return }
        flow.onCompensation(request: Refund(orderID: "\(start.id)-2"), expecting: Refunded.self, for: "\(start.id)-2")
        let none = try await flow.request(
            Charge(orderID: "\(start.id)-3", amount: 3), expecting: Refunded.self, until: .minutes(5))
        let neither = try await flow.request(Charge(orderID: "\(start.id)-4", amount: 4), until: .minutes(5)) {
            Reply(Refunded.self) { _ in true }
            Reply(JobDone.self) { _ in true }
        }
        flow.publish(
            JobDone(
                id: start.id,
                result: "\(late?.percent ?? 0) \(charged.amount) \(none == nil) \(neither == nil) \(flow.uuid())"))
        try await flow.sleep(for: .days(2))
        throw Declined(reason: "after \(flow.random(in: 1...1000))")
    }
}

struct RecordedPatience: ProcessDefinition {
    static let name = "patience"
    static func key(of start: JobRequested) -> String { start.id }

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        let first: Refunded?? = try await flow.wait(until: .days(14), reminding: .every(.days(2))) {
            On(Charged.self, for: "x") { _ in nil }
            On(Refunded.self, for: "y") { $0 }
        } onReminder: {
            flow.publish(JobDone(id: start.id, result: "reminder \(flow.now)"))
        }
        guard let refunded = first ?? nil else { return }
        flow.publish(JobDone(id: start.id, result: "refunded \(refunded.orderID)"))
        let repetition = try ISO8601Repetition(validating: "R3/PT1H")
        let none = try await flow.wait(until: .days(1), reminding: .every(repetition)) {
            On(Charged.self, for: "x")
        } onReminder: {
            flow.publish(JobDone(id: start.id, result: "again \(flow.now)"))
        }
        let either: Charged? = try await flow.wait {
            On(Charged.self, for: "x") { _ in nil }
            On(Charged.self, for: "z") { $0 }
        }
        guard let charged = either else { return }
        flow.publish(JobDone(id: start.id, result: "\(none == nil) charged \(charged.orderID)"))
    }
}

struct RecordedWork: ProcessDefinition {
    static let name = "work"
    static func key(of start: JobRequested) -> String { start.id }
    let line: OutsideLine

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        let count = try await flow.perform("count") { _ in 3 }
        try await flow.perform("wave") { _ in }
        do {
            try await flow.perform("refuse", throwing: Declined.self) { _ -> Int in throw Declined(reason: "no") }
        } catch let error as Declined {
            flow.publish(JobDone(id: start.id, result: "\(count) \(error.reason)"))
        }
        let seat = try await flow.perform(
            "book",
            undo: Undo("unbook") { (seat: String, context) in
                guard seat == context.instanceKey + " seat" else { throw Unreachable() }
            }
        ) { context in context.instanceKey + " seat" }
        let isNew = flow.hasChange("new path")
        async let left = flow.perform("left") { _ in "l" }
        async let right = flow.perform("right") { _ in "r" }
        let both = try await left + right
        async let never = flow.wait(for: Charged.self, key: "nobody")
        let keys = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 1...2 {
                group.addTask {
                    try await flow.sleep(for: .minutes(10 - number))
                    return try await flow.perform("key") { $0.idempotencyKey }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        flow.publish(JobDone(id: start.id, result: "\(seat) \(isNew) \(both) \(keys)"))
        let retry = RetryPolicy(attempts: 100, initialDelay: .hours(1), factor: 1, jitter: 0)
        let key = try await flow.perform("stuck", ActivityOptions(retry: retry)) { [line] context in
            try line.call()
            return "\(context.idempotencyKey) \(context.attempt)"
        }
        flow.publish(JobDone(id: start.id, result: key))
        do {
            let options = ActivityOptions(retry: .never, onExhaustion: .throw)
            try await flow.perform("give up", options) { _ in throw Unreachable() }
        } catch let error as ActivityExhausted {
            flow.publish(JobDone(id: start.id, result: "\(error.attempts)"))
        }
        guard seat.isEmpty else { throw Declined(reason: "in the end") }
        _ = try await never
    }
}

struct RecordedRounds: ProcessDefinition {
    static let name = "rounds"
    static func key(of start: OrderPlaced) -> String { start.orderID }

    func run(_ start: OrderPlaced, _ flow: Flow) async throws {
        try await flow.request(
            Charge(orderID: start.orderID, amount: start.amount), expecting: Charged.self,
            undo: { Refund(orderID: "\($0.orderID)-\($0.amount)") }, confirmedBy: Refunded.self)
        try await flow.sleep(until: flow.now.advanced(by: .hours(1)))
        if start.amount < 12 {
            try flow.restart(with: OrderPlaced(orderID: start.orderID, amount: start.amount + 1))
        }
        try await flow.compensate()
        flow.publish(OrderClosed(orderID: start.orderID, outcome: "undone"))
    }
}
