import Foundation

/// The socket on which a world listens, and its name in the file system.
///
/// Somebody may remove the name or give it to another socket, for instance to that of a world in a new directory under
/// the same path. So the name is removed only while it belongs to this socket.
struct WorldListener: ~Copyable {
    let path: String
    private var socket: WorldSocket
    private var identity: FileIdentity?

    /// Listens under a name, which a dead world may have left behind.
    init(at path: String) throws {
        self.path = path
        socket = try WorldSocket.listen(at: path)
        identity = FileIdentity(of: path)
    }

    /// Whether the name belongs to this socket, so that callers find it.
    var isInPlace: Bool { identity != nil && FileIdentity(of: path) == identity }

    /// Listens under the name again, with a new socket, whatever has the name now.
    mutating func takeName() throws {
        let new = try WorldSocket.listen(at: path)
        socket.close()
        (socket, identity) = (new, FileIdentity(of: path))
    }

    func accept(within milliseconds: Int32) -> WorldSocket? { socket.accept(within: milliseconds) }

    deinit {
        if isInPlace { unlink(path) }
        socket.close()
    }
}
