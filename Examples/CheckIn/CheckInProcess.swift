public import Skein

/// What the traveller gets.
public struct BoardingPass: Codable, Hashable, Sendable {
    /// The booking that it belongs to.
    public var bookingID: String
    /// What the gate reads.
    public var barcode: String

    public init(bookingID: String, barcode: String) {
        (self.bookingID, self.barcode) = (bookingID, barcode)
    }
}

/// Gets a boarding pass however long the barcode generator is down, and keeps its failures to itself.
///
/// The result is the boarding pass; none when the traveller was referred to the counter.
public struct CheckInProcess: ProcessDefinition {
    public static let name = "checkin"

    public static func key(of start: RequestCheckIn) -> String { start.bookingID }

    /// How long the traveller waits at the web page. Later the boarding pass is sent.
    public static let patience = Duration.seconds(2)

    private let generator: any BarcodeGenerator
    private let options: ActivityOptions

    /// - Parameter onExhaustion: what happens when the generator stays down: an incident, or the way to the counter.
    public init(
        generator: any BarcodeGenerator, retry: RetryPolicy = CheckInProcess.retry,
        onExhaustion: ActivityOptions.Exhaustion = .throw
    ) {
        self.generator = generator
        options = ActivityOptions(retry: retry, timeout: .seconds(20), system: "barcode", onExhaustion: onExhaustion)
    }

    /// For about two hours and a half. No jitter: the circuit breaker already keeps check-ins from coming back at once.
    public static let retry = RetryPolicy(
        attempts: 20, initialDelay: .seconds(30), factor: 2, maximumDelay: .minutes(10), jitter: 0)

    public func run(_ request: RequestCheckIn, _ flow: Flow) async throws -> BoardingPass? {
        let begun = flow.now
        let barcode: String
        do {
            barcode = try await flow.perform("generate barcode", options) { [generator] context in
                try await generator.barcode(
                    for: request.bookingID, flight: request.flight, key: context.idempotencyKey)
            }
        } catch let exhausted as ActivityExhausted {
            let reason = "no barcode after \(exhausted.attempts) attempts"
            flow.publish(TravellerReferred(bookingID: request.bookingID, reason: reason))
            return nil
        }
        flow.publish(CheckInCompleted(bookingID: request.bookingID, barcode: barcode))
        if flow.now.since(begun) > Self.patience {
            let send = SendBoardingPass(
                bookingID: request.bookingID, traveller: request.traveller, barcode: barcode)
            try await flow.request(send, expecting: BoardingPassSent.self)
        }
        return BoardingPass(bookingID: request.bookingID, barcode: barcode)
    }
}
