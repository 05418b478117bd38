import Foundation

/// Where benchmarks keep their files: a folder of their own, removed when a benchmark has ended.
///
/// It lies in the folder that the environment variable `SKEIN_BENCH_DIR` names, or else in the temporary folder of the
/// system. Where that one lives in memory a sync costs nothing: name a folder on the disk that is to be measured.
enum BenchFolder {
    private static let folder: URL = {
        let named = ProcessInfo.processInfo.environment["SKEIN_BENCH_DIR"].flatMap { $0.isEmpty ? nil : $0 }
        let parent = named.map { URL(filePath: $0, directoryHint: .isDirectory) } ?? .temporaryDirectory
        return parent.appending(path: "skein-bench-\(UUID().uuidString.prefix(8))", directoryHint: .isDirectory)
    }()

    /// The path of a new file.
    ///
    /// - Throws: what the system says when the folder cannot be made.
    static func file(_ name: String) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.appending(path: "\(name)-\(UUID().uuidString.prefix(8)).db").path
    }

    /// Removes a store's file and what SQLite and the store keep beside it.
    static func remove(file path: String) throws {
        let file = URL(filePath: path)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where name.hasPrefix(file.lastPathComponent) {
            try FileManager.default.removeItem(at: folder.appending(path: name))
        }
    }

    /// Removes everything; does nothing when there is nothing.
    static func remove() throws {
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        try FileManager.default.removeItem(at: folder)
    }
}
