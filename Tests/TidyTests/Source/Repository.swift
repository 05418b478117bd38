import Foundation

/// The files of this package, found from the place of this file.
enum Repository {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift file of `Sources`, `Tests` and `Examples`, in order of path.
    static let swiftFiles: [SourceFile] = paths(below: ["Sources", "Tests", "Examples"])
        .filter { $0.hasSuffix(".swift") }
        .map { SourceFile($0, text(of: $0)) }

    /// Every file of `Sources`, of any kind.
    static let sourcePaths = paths(below: ["Sources"])

    /// The patches that break the runtime on purpose.
    static let mutantPaths = paths(below: ["Tests/Mutants"])

    /// The names of what lies in the root.
    static func rootEntries() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
    }

    /// The text of a file; empty when it is not there.
    static func text(of path: String) -> String {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    }

    private static func paths(below folders: [String]) -> [String] {
        folders.flatMap { folder -> [String] in
            let found = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
            let names = (found?.allObjects ?? []).compactMap { $0 as? String }
            return names.map { "\(folder)/\($0)" }.filter { path in
                var isFolder: ObjCBool = false
                let exists = FileManager.default.fileExists(
                    atPath: root.appending(path: path).path, isDirectory: &isFolder)
                return exists && !isFolder.boolValue && !path.contains("/.")
            }
        }.sorted()
    }
}
