import Foundation

/// The socket on which a world listens, and the name under which it is found.
///
/// The name may be taken away, or given to the socket of another world: of a directory that was removed and made anew,
/// for instance. So nothing is removed that is not this socket.
struct WorldListener: ~Copyable {
    let path: String
    private var socket: WorldSocket
    private var number: FileNumber?

    /// Takes the name, in place of whatever was left there by a world that died.
    init(at path: String) throws {
        self.path = path
        socket = try WorldSocket.listen(at: path)
        number = FileNumber(of: path)
    }

    /// Whether callers find it.
    var isInPlace: Bool { number != nil && FileNumber(of: path) == number }

    /// Takes the name again, from whatever has it.
    mutating func takeName() throws {
        let new = try WorldSocket.listen(at: path)
        socket.close()
        (socket, number) = (new, FileNumber(of: path))
    }

    func accept(within milliseconds: Int32) -> WorldSocket? { socket.accept(within: milliseconds) }

    deinit {
        if isInPlace { unlink(path) }
        socket.close()
    }
}
