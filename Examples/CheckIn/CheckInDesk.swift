import SkeinStorage
import Foundation
public import Skein

/// What the web page answers.
public enum CheckInReply: Hashable, Sendable {
    /// 200: here is the boarding pass.
    case boardingPass(BoardingPass)
    /// 200: the traveller gets the boarding pass at the counter.
    case referred
    /// 202: we keep trying and will send it in time; meanwhile ask here.
    case accepted(statusAddress: String)

    /// The status of HTTP.
    public var status: Int {
        switch self {
        case .boardingPass, .referred: 200
        case .accepted: 202
        }
    }
}

/// The synchronous face of the process: an answer in time, or the promise of one.
public struct CheckInDesk: Sendable {
    private let runtime: Runtime

    public init(_ runtime: Runtime) { self.runtime = runtime }

    /// Begins a check-in and waits for the boarding pass, as long as a traveller does. Asking again with the same
    /// booking begins nothing new.
    ///
    /// - Throws: ``MessageError``, ``StoreError``.
    public func checkIn(_ request: RequestCheckIn) async throws -> CheckInReply {
        try await runtime.client(as: "web").send(request)
        return try await reply(for: request.bookingID)
    }

    /// How a check-in stands; what the status address answers.
    ///
    /// - Throws: ``ConfigurationError`` when check-in does not run here.
    public func reply(
        for bookingID: String, within duration: Duration = CheckInProcess.patience
    ) async throws -> CheckInReply {
        let outcome = try await runtime.outcome(
            of: CheckInProcess.self, key: bookingID, in: "checkin", within: duration)
        guard case .ended(.completed, _) = outcome else {
            return .accepted(statusAddress: "/check-ins/\(bookingID)")
        }
        guard let pass = (try? outcome.value(as: BoardingPass?.self)) ?? nil else {
            return .referred
        }
        return .boardingPass(pass)
    }
}
