/// The process that has a store open, as it wrote itself into the file `<store>.owner`.
public struct StoreOwner: Codable, Sendable, Hashable {
    /// The process id.
    public var pid: Int32
    /// The path of the socket over which the owner takes requests, where it offers one.
    public var socket: String?

    package init(pid: Int32, socket: String? = nil) { (self.pid, self.socket) = (pid, socket) }
}
