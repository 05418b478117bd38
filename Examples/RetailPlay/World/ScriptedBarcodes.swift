public import CheckIn
public import Skein
public import SkeinTesting
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
    private struct Booking {
        var id: String
        var flight: String
    }

    private let script: Mutex<BarcodeScript>
    private let begun = Mutex(Timestamp(microseconds: 0))
    private let generator = ScriptedSystem<Booking, String> { "M1-\($0.id)-\($0.flight)" }
    private let output = ScriptedSystem<String, Void> { _ in }

    public init(_ script: BarcodeScript) { self.script = Mutex(script) }

    /// When it was asked for barcodes, repetitions included.
    public var attempts: [Timestamp] { generator.calls.map(\.at) }

    /// The boarding passes that were delivered.
    public var deliveries: [String] { output.acts.sorted() }

    /// How many requests it has had to answer at once.
    public var mostRunning: Int { generator.mostAtOnce }

    /// Begins; the script counts from now on.
    public func begin(at clock: VirtualClock) {
        begun.withLock { $0 = clock.now }
        generator.begin(at: clock)
        generator.always { [weak self] call in self?.behavior(of: call.at) ?? .fail() }
    }

    /// Follows another script from now on.
    public func follow(_ script: BarcodeScript) { self.script.withLock { $0 = script } }

    public func barcode(for bookingID: String, flight: String, key: String) async throws -> String {
        try await generator.call(Booking(id: bookingID, flight: flight), key: key)
    }

    public func deliver(_ barcode: String, to traveller: String, key: String) async throws {
        try await output.call(barcode, key: key)
    }

    private func behavior(of time: Timestamp) -> ScriptedSystem<Booking, String>.Behavior {
        let elapsed = time.since(begun.withLock { $0 })
        return switch script.withLock({ $0 }) {
        case .ok: .answer(after: .milliseconds(500))
        case .slow: .answer(after: .seconds(5))
        case .down(let duration): elapsed < duration ? .fail() : .answer(after: .milliseconds(500))
        case .downForEver: .fail()
        }
    }
}
