import Foundation

/// A new folder for one test, removed with everything in it when its last owner is gone.
public final class TemporaryFolder: Sendable {
    /// Without symbolic links, and short enough for a socket.
    public let path: String

    public init() throws {
        path = "/tmp/skein-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in the folder, which need not be there.
    public func file(_ name: String = "shop.db") -> String { path + "/" + name }

    /// What a file holds; nothing where there is none.
    public func text(_ name: String) -> String {
        FileManager.default.contents(atPath: file(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// What lies in the folder, in order.
    public func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}
