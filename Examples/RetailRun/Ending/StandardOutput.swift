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
            do {
                try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
            } catch {
                throw CommandFailure(.outputLost, "the output cannot be written: \(error.localizedDescription)")
            }
        }
    }
}
