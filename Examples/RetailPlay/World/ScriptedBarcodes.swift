public import CheckIn
public import SkeinCore
import Synchronization

/// How the barcode generator behaves.
public enum BarcodeScript: Hashable, Sendable {
    /// It answers in 500 ms.
    case ok
    /// It answers in 5 s, which is longer than a traveller waits.
    case slow
    /// It refuses connections for a time after the beginning.
    case down(for: Duration)
    /// It refuses connections for ever.
    case downForEver
}

/// A barcode generator and an output management that do as they are told, under the clock of a simulation.
public final class ScriptedBarcodes: BarcodeGenerator, OutputManagement {
    private struct State {
        var script: BarcodeScript
        var clock: (any RuntimeClock)?
        var begun = Timestamp.epoch
        var attempts: [Timestamp] = []
        var deliveries: [String: String] = [:]
        var running = 0
        var mostRunning = 0
    }

    private let state: Mutex<State>

    public init(_ script: BarcodeScript) { state = Mutex(State(script: script)) }

    /// When it was asked for barcodes, repetitions included.
    public var attempts: [Timestamp] { state.withLock { $0.attempts } }

    /// The boarding passes that were delivered.
    public var deliveries: [String] { state.withLock { $0.deliveries.values.sorted() } }

    /// How many requests it has had to answer at once.
    public var mostRunning: Int { state.withLock { $0.mostRunning } }

    /// Begins; the script counts from now on.
    public func begin(at clock: any RuntimeClock) {
        state.withLock { ($0.clock, $0.begun) = (clock, clock.now) }
    }

    /// Follows another script from now on.
    public func follow(_ script: BarcodeScript) { state.withLock { $0.script = script } }

    public func barcode(for bookingID: String, flight: String, key: String) async throws -> String {
        let (delay, clock) = state.withLock { state -> (Duration?, (any RuntimeClock)?) in
            let now = state.clock?.now ?? .epoch
            state.attempts.append(now)
            state.running += 1
            state.mostRunning = max(state.mostRunning, state.running)
            return (Self.delay(state.script, after: now.since(state.begun)), state.clock)
        }
        defer { state.withLock { $0.running -= 1 } }
        guard let delay else { throw LineDown() }
        if let clock { await Self.sleep(for: delay, on: clock) }
        return "M1-\(bookingID)-\(flight)"
    }

    public func deliver(_ barcode: String, to traveller: String, key: String) async throws {
        state.withLock { $0.deliveries[key] = barcode }
    }

    private static func delay(_ script: BarcodeScript, after elapsed: Duration) -> Duration? {
        switch script {
        case .ok: .milliseconds(500)
        case .slow: .seconds(5)
        case .down(let duration): elapsed < duration ? nil : .milliseconds(500)
        case .downForEver: nil
        }
    }

    private static func sleep(for duration: Duration, on clock: any RuntimeClock) async {
        // The alarm goes with the runtime when that is dropped, and this piece of its code with it.
        await withUnsafeContinuation { continuation in
            clock.makeAlarm { continuation.resume() }.set(clock.now.advanced(by: duration))
        }
    }
}
