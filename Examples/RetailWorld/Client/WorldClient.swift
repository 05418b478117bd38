import Skein

/// Calls the outside world of a directory.
///
/// - Cancellation and time: a call ends, at the latest, with its timeout, or when its task is cancelled; the world may
///   have acted all the same.
/// - Nothing here blocks Swift's cooperative pool: sockets are read and written on threads of their own.
/// - One connection carries all calls at once. It is made when there is something to say, and made again with back-off.
public final class WorldClient: Sendable {
    private let connection: WorldConnection
    private let timeout: Duration

    /// - Parameters:
    ///   - directory: where the world keeps its record.
    ///   - timeout: how long a call may take, the making of the connection included.
    ///   - launch: called from a thread of the client, at most once a second, when there is no world to talk to.
    public init(
        directory: String, timeout: Duration = .seconds(2), launch: (@Sendable () throws -> Void)? = nil
    ) {
        self.timeout = timeout
        connection = WorldConnection(directory: directory, launch: launch)
        connection.start()
    }

    deinit { connection.close() }

    /// Calls a service.
    ///
    /// - Parameters:
    ///   - key: the same for every attempt at one thing and for no other: the world does it once.
    ///   - reference: what the call is for; goes into the world's record.
    /// - Returns: what the world has decided, now or when the key was used first; never `unavailable` or `conflict`.
    /// - Throws: ``WorldError``: `unreachable`, `silent` and `unavailable` when nothing was done, `noAnswer` when
    ///   nobody knows, `refused` when the key belongs to another call; `CancellationError`.
    public func call(
        _ service: WorldService, key: String, account: String, reference: String? = nil, amount: WorldAmount = .zero
    ) async throws -> WorldResult {
        let request = WorldRequest(
            id: 0, service: service, key: key, account: account, reference: reference, amount: amount)
        let reply = try await connection.exchange(request, timeout: timeout)
        switch reply.result {
        case .unavailable:
            throw WorldError(.unavailable, "\(service.rawValue) is not available at the moment")
        case .conflict:
            throw WorldError(.refused, "\(service.rawValue): the key \(key) was used before for something else")
        default:
            return reply.result
        }
    }
}
