public import Skein

/// Check-in by request and answer messages: the request is sent again, with the same idempotency key, while there is no
/// answer; a failure message leads to the counter at once.
public struct AsynchronousCheckIn: ProcessDefinition {
    public static let name = CheckInProcess.name

    public static func key(of start: RequestCheckIn) -> String { start.bookingID }

    public static var correlations: [Correlation] {
        [
            Correlation(BarcodeGenerated.self) { $0.bookingID },
            Correlation(BarcodeFailed.self) { $0.bookingID },
        ]
    }

    private let requests: Int
    private let interval: Duration

    /// - Parameters:
    ///   - requests: how often to ask in all, 1 or more.
    ///   - interval: how long to wait for an answer each time.
    public init(requests: Int = 3, interval: Duration = .minutes(1)) {
        precondition(requests >= 1, "a check-in asks at least once")
        (self.requests, self.interval) = (requests, interval)
    }

    public func run(_ request: RequestCheckIn, _ flow: Flow) async throws -> BoardingPass? {
        let begun = flow.now
        let key = "barcode of \(request.bookingID)"
        for _ in 1...requests {
            flow.send(GenerateBarcode(bookingID: request.bookingID, idempotencyKey: key))
            let answered = try await flow.wait(until: interval) {
                On(BarcodeGenerated.self, for: request.bookingID) {
                    try await deliver($0.barcode, request, begun, flow)
                }
                On(BarcodeFailed.self, for: request.bookingID) { refer(request, $0.reason, flow) }
            }
            if let answered { return answered }
        }
        return refer(request, "no answer to \(requests) requests", flow)
    }

    private func deliver(
        _ barcode: String, _ request: RequestCheckIn, _ begun: Timestamp, _ flow: Flow
    ) async throws -> BoardingPass? {
        flow.publish(CheckInCompleted(bookingID: request.bookingID, barcode: barcode))
        if flow.now.since(begun) > CheckInProcess.patience {
            let send = SendBoardingPass(
                bookingID: request.bookingID, traveller: request.traveller, barcode: barcode)
            try await flow.request(send, expecting: BoardingPassSent.self)
        }
        return BoardingPass(bookingID: request.bookingID, barcode: barcode)
    }

    private func refer(_ request: RequestCheckIn, _ reason: String, _ flow: Flow) -> BoardingPass? {
        flow.publish(TravellerReferred(bookingID: request.bookingID, reason: reason))
        return nil
    }
}
