import Foundation

/// A new folder, removed with everything in it at the end.
final class Folder {
    let path: String

    init() throws {
        // Without symbolic links, and short enough for a socket.
        path = "/tmp/retail-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func text(_ name: String) -> String {
        FileManager.default.contents(atPath: file(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
