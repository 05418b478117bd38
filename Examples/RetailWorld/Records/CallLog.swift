import Foundation

/// The record of all calls: one line of JSON each, only ever appended.
///
/// Each line is one `write` to a file opened with `O_APPEND`, so a process that dies leaves whole lines and at most one
/// torn one at the end. The record is on its way to the disk, not on it: it survives processes, not a loss of power.
public final class CallLog: Sendable {
    private let descriptor: Int32

    /// The name of the record in the directory of a world.
    public static let fileName = "calls.jsonl"

    /// Opens the record, cuts a torn last line off, and returns what stands in it.
    static func open(in directory: String) throws -> (log: CallLog, records: [CallRecord]) {
        let path = directory + "/" + fileName
        let descriptor = systemOpen(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw WorldError.system("open \(path)") }
        let (records, length) = try read(path)
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw WorldError.system("repair \(path)") }
        return (CallLog(descriptor: descriptor), records)
    }

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    func append(_ record: CallRecord) throws {
        let line = try JSONLine.encode(record)
        let count = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        // A line is written in part only when the room ends.
        guard count == line.count else { throw WorldError.system("write \(Self.fileName)", count < 0 ? errno : ENOSPC) }
    }

    /// The calls in the record of a world's directory, oldest first; a torn last line is left out. A world that was
    /// never started has none.
    ///
    /// - Throws: ``WorldError``: `damaged` when there is no such directory, or a line of the record is no call,
    ///   `system` when it cannot be read.
    public static func records(in directory: String) throws -> [CallRecord] {
        try read(directory + "/" + fileName).records
    }

    /// The whole lines of a record, and how many bytes they are.
    private static func read(_ path: String) throws -> (records: [CallRecord], length: Int) {
        let data = try contents(path)
        let length = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let lines = data[..<length].split(separator: UInt8(ascii: "\n"))
        let decoder = JSONDecoder()
        let records = try lines.enumerated().map { number, line in
            do {
                return try decoder.decode(CallRecord.self, from: line)
            } catch {
                throw WorldError(
                    .damaged,
                    "\(path), line \(number + 1): no call is written there; mend that line, or use another directory")
            }
        }
        return (records, length)
    }

    private static func contents(_ path: String) throws -> Data {
        let directory = String(path.dropLast(fileName.count + 1))
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory)
        guard exists, isDirectory.boolValue else {
            throw WorldError(.damaged, "there is no directory '\(directory)' of an outside world")
        }
        guard FileManager.default.fileExists(atPath: path) else { return Data() }
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.readToEnd() ?? Data() else {
            throw WorldError(.system, "\(path) cannot be read by this user, or is no file")
        }
        return data
    }
}

/// One line of JSON, with its end.
enum JSONLine {
    static func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value) + [UInt8(ascii: "\n")]
    }
}
