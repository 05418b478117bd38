import Foundation

/// The folder of a shop whose parts have files of their own: `order.db` is the file of the process `order`.
struct ShopFolder: Sendable {
    /// The path as it was given.
    let path: String

    init(_ path: String) { self.path = path }

    /// Whether a path names such a folder, and no file.
    static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    /// Where the outside world is, unless somebody says otherwise.
    var world: String { path + "/world" }

    func file(of part: String) -> String { "\(path)/\(part).db" }
    func log(of part: String) -> String { "\(path)/\(part).log" }

    /// The names of the parts whose files are there.
    ///
    /// - Throws: ``CommandFailure`` with code `noInput` when there are none.
    func parts() throws -> [String] {
        guard access(path, R_OK) == 0 || errno == ENOENT else {
            throw CommandFailure(.software, "the folder \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let parts = names.filter { $0.hasSuffix(".db") }.map { String($0.dropLast(3)) }.sorted()
        guard !parts.isEmpty else {
            throw CommandFailure(
                .noInput, "there is no file of a part of a shop in '\(path)'; name the --store folder of a run apart")
        }
        return parts
    }

    /// Makes the folder where it is missing, and takes it for this process until it ends.
    ///
    /// - Throws: ``CommandFailure``: `cannotCreate` when nobody may write there, `tryLater` when another run has it.
    func take() throws {
        try WritableFolder.prepare(path, as: "the folder of the shop")
        let lock = path + "/supervisor.lock"
        let descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw CommandFailure(.cannotCreate, "cannot write \(lock): \(String(cString: strerror(errno)))")
        }
        // The lock ends with the process, so the descriptor stays open.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw CommandFailure(.tryLater, "another 'retail run --apart' has the folder \(path); wait for its end")
        }
    }
}
