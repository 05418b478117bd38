import ArgumentParser
import Foundation

/// What a command has to say to programs and people.
public enum StandardOutput {
    /// Writes lines.
    ///
    /// - Parameter command: as it is named where the lines cannot be written.
    /// - Throws: an exit code, after a text for people: an output that is lost must not look like success.
    public static func write(_ lines: [String], of command: String) throws {
        let text = lines.map { $0 + "\n" }.joined()
        try CommandFailure.reporting(command) { () throws in
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { systemWrite($0) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    throw CommandFailure(
                        .outputLost, "the output cannot be written: \(String(cString: strerror(errno)))")
                }
                rest = rest.dropFirst(count)
            }
        }
    }
}

/// `write`, which the function of that name hides.
private func systemWrite(_ bytes: UnsafeRawBufferPointer) -> Int {
    write(STDOUT_FILENO, bytes.baseAddress, bytes.count)
}
