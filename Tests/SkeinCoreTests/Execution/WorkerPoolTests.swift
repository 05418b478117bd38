import Dispatch
import Synchronization
import Testing

@testable import SkeinCore

@Suite("The pool of worker threads")
struct WorkerPoolTests {
    private let pool = WorkerPool(width: 2, patience: .seconds(3600))

    @Test("runs the work of each runner in order and one at a time, whoever submits it")
    func order() async {
        let seen = Mutex([[Int]](repeating: [], count: 4))
        let gauge = Gauge()
        let each = 2000
        let runners = (0..<4).map { _ in pool.makeRunner() }
        await withCheckedContinuation { continuation in
            let rest = Mutex(runners.count * each)
            for (index, runner) in runners.enumerated() {
                DispatchQueue.global().async {
                    for number in 0..<each {
                        runner.submit {
                            if index == 0 { gauge.enter() }
                            seen.withLock { $0[index].append(number) }
                            if index == 0 { gauge.leave() }
                            let isLast = rest.withLock { rest in
                                rest -= 1
                                return rest == 0
                            }
                            if isLast { continuation.resume() }
                        }
                    }
                }
            }
        }
        #expect(seen.withLock { $0 } == [[Int]](repeating: Array(0..<each), count: 4))
        #expect(gauge.peak == 1)
    }

    @Test("lets a thread that comes back soon do what it has submitted itself, and begins no other for it")
    func sameThread() async {
        let (first, second) = (pool.makeRunner(), pool.makeRunner())
        let isSame = await withCheckedContinuation { continuation in
            first.submit {
                let worker = Worker.current
                PromptReturn.promise()
                second.submit { continuation.resume(returning: Worker.current === worker) }
            }
        }
        #expect(isSame)
        #expect(pool.workerCount <= 1)
    }

    @Test("lets a thread that has committed do what follows from the commit itself, and begins no other for it")
    func afterCommit() async {
        let (first, second) = (pool.makeRunner(), pool.makeRunner())
        let isSame = await withCheckedContinuation { continuation in
            first.submit {
                let worker = Worker.current
                PromptReturn.promise()
                PromptReturn.committing {
                    PromptReturn.committed {
                        second.submit { continuation.resume(returning: Worker.current === worker) }
                    }
                }
            }
        }
        #expect(isSame)
        #expect(pool.workerCount <= 1)
    }

    @Test("does what a thread has submitted before it blocks, and while it does")
    func blocked() async {
        let (first, second, third) = (pool.makeRunner(), pool.makeRunner(), pool.makeRunner())
        let (before, during) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        await withCheckedContinuation { continuation in
            first.submit {
                PromptReturn.promise()
                second.submit { before.signal() }
                PromptReturn.suspended {
                    before.wait()
                    third.submit { during.signal() }
                    during.wait()
                }
                continuation.resume()
            }
        }
    }

    @Test("goes on with all other runners while some do not come back")
    func stuck() async {
        let release = DispatchSemaphore(value: 0)
        let stuck = (0..<8).map { _ in pool.makeRunner() }
        for runner in stuck { runner.submit { release.wait() } }
        let other = pool.makeRunner()
        for _ in 0..<10 {
            await withCheckedContinuation { continuation in other.submit { continuation.resume() } }
        }
        for _ in stuck { release.signal() }
    }

    @Test("runs as many pieces of asynchronous code at a time as it is wide, and runners beside them")
    func width() async {
        let gauge = Gauge()
        let (pool, release) = (pool, DispatchSemaphore(value: 0))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<6 {
                group.addTask(executorPreference: pool) {
                    gauge.enter()
                    Self.block(release)
                    gauge.leave()
                }
            }
            for _ in 0..<6 {
                await withCheckedContinuation { continuation in pool.makeRunner().submit { continuation.resume() } }
                release.signal()
            }
            await group.waitForAll()
        }
        #expect(gauge.peak <= 2)
    }

    @Test("lets code that blocks its thread hold up other code only for a while")
    func stuckCode() async {
        let pool = WorkerPool(width: 2, patience: .milliseconds(1))
        let release = DispatchSemaphore(value: 0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<6 {
                await withCheckedContinuation { begun in
                    group.addTask(executorPreference: pool) {
                        begun.resume()
                        Self.block(release)
                    }
                }
            }
            for _ in 0..<6 { release.signal() }
            await group.waitForAll()
        }
    }

    private static func block(_ semaphore: DispatchSemaphore) { semaphore.wait() }
}
