import Testing

@testable import SkeinCore

@Suite("The life of a runtime")
struct RuntimeLifeTests {
    private struct Failed: Error {}

    private enum Event {
        case start, started, stop(String), stopped, ask, fail, watch(String)
    }

    private typealias Life = RuntimeLife<String, String>

    /// What an event returns, in words.
    private func answer(_ event: Event, _ life: inout Life) -> String {
        switch event {
        case .start: return "\(life.start())"
        case .started: return life.started().map { "\($0) drains" } ?? "runs"
        case .stop(let name): return life.stop(name).map { "\($0)" } ?? "waits"
        case .stopped:
            let (watchers, stoppers) = life.stopped()
            return "\(watchers) \(stoppers)"
        case .ask: return "\(life.end(because: .asked))"
        case .fail: return "\(life.end(because: .failed(Failed())))"
        case .watch(let name): return life.watch(name).map { $0.failure == nil ? "asked" : "failed" } ?? "waits"
        }
    }

    private func expect(_ events: [(Event, String)], isEnding: Bool, _ location: SourceLocation = #_sourceLocation) {
        var life = Life()
        let answers = events.map { answer($0.0, &life) }
        #expect(answers == events.map(\.1), sourceLocation: location)
        #expect(life.isEnding == isEnding, sourceLocation: location)
    }

    @Test("begins once, whoever asks, and not again when it has stopped")
    func start() {
        expect([(.start, "begin"), (.start, "nothing"), (.started, "runs"), (.start, "nothing")], isEnding: false)
        expect(
            [(.stop("a"), "drain"), (.start, "nothing"), (.stopped, "[] []"), (.start, "nothing")], isEnding: true)
    }

    @Test("is stopped by the first who asks; the others wait for the same end")
    func stop() {
        expect(
            [
                (.start, "begin"), (.started, "runs"), (.stop("a"), "drain"), (.stop("b"), "waits"),
                (.stop("c"), "waits"), (.stopped, #"[] ["b", "c"]"#), (.stop("d"), "nothing"),
            ], isEnding: true)
    }

    @Test("is not stopped before its start is done, and then by the first who asked")
    func stopWhileStarting() {
        expect(
            [
                (.start, "begin"), (.stop("a"), "waits"), (.stop("b"), "waits"), (.started, "a drains"),
                (.stop("c"), "waits"), (.stopped, #"[] ["b", "c"]"#),
            ], isEnding: true)
    }

    @Test("is watched until somebody asks for its end, or has brought it about")
    func watch() {
        let running: [(Event, String)] = [(.start, "begin"), (.watch("a"), "waits"), (.started, "runs")]
        expect(
            running + [(.watch("b"), "waits"), (.ask, #"["a", "b"]"#), (.ask, "[]"), (.watch("c"), "asked")],
            isEnding: false)
        expect(
            running + [(.stop("s"), "drain"), (.watch("b"), "waits"), (.stopped, #"["a", "b"] []"#)], isEnding: true)
        expect(
            running + [(.stop("s"), "drain"), (.stopped, #"["a"] []"#), (.watch("b"), "asked")], isEnding: true)
    }

    @Test("ends for its first reason, whenever that is")
    func reason() {
        let ends: [(Event, String)] = [(.ask, "[]"), (.watch("w"), "failed")]
        expect([(.fail, "[]")] + ends + [(.start, "begin")], isEnding: false)
        expect([(.start, "begin"), (.fail, "[]")] + ends + [(.started, "runs")] + ends, isEnding: false)
        expect([(.start, "begin"), (.started, "runs"), (.fail, "[]")] + ends, isEnding: false)
        expect(
            [(.start, "begin"), (.watch("a"), "waits"), (.started, "runs"), (.stop("s"), "drain"), (.fail, #"["a"]"#)]
                + ends + [(.stopped, "[] []")] + ends, isEnding: true)
        expect([(.ask, "[]"), (.fail, "[]"), (.watch("w"), "asked")], isEnding: false)
    }
}
