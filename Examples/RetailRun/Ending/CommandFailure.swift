import SkeinStorage
import ArgumentParser
import Foundation
import RetailWorld
import Skein

/// Why a command ends otherwise than well: a text for people, and a code for programs, as in `sysexits.h`.
///
/// The codes mean what they mean for the command `skein`.
struct CommandFailure: Error, CustomStringConvertible {
    /// The meaning of an exit code.
    enum Code: Int32 {
        case usage = 64
        case noInput = 66
        case unavailable = 69
        case software = 70
        case limited = 71
        case cannotCreate = 73
        case outputLost = 74
        case tryLater = 75
    }

    let code: Code
    let description: String

    init(_ code: Code, _ description: String) { (self.code, self.description) = (code, description) }

    /// What an error amounts to.
    init(describing error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as StoreError: self.init(Self.code(of: error), error.description)
        case let error as WorldError: self.init(Self.code(of: error), error.description)
        default: self.init(.software, "\(error)")
        }
    }

    private static func code(of error: StoreError) -> Code {
        switch error.code {
        case .notFound, .notAStore, .linked: .noInput
        case .newerSchema: .unavailable
        case .limited: .limited
        case .readOnly, .full, .writeFailed, .replaced, .exists: .cannotCreate
        case .owned, .locked: .tryLater
        default: .software
        }
    }

    private static func code(of error: WorldError) -> Code {
        switch error.code {
        case .damaged: .noInput
        case .owned: .tryLater
        default: .unavailable
        }
    }

    /// Runs a command; an error goes to standard error behind the command's name, and becomes an exit code.
    static func reporting<Value>(_ command: String, _ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch { throw exit(command, error) }
    }

    /// Runs a command that never waits.
    static func reporting<Value>(_ command: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch { throw exit(command, error) }
    }

    private static func exit(_ command: String, _ error: any Error) -> any Error {
        if error is ExitCode || error is ValidationError { return error }
        let failure = CommandFailure(describing: error)
        try? FileHandle.standardError.write(contentsOf: Data("\(command): \(failure)\n".utf8))
        return ExitCode(failure.code.rawValue)
    }
}
