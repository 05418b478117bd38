import SkeinOperator
import SkeinStorage
import ArgumentParser
import Foundation
import SkeinCore
import SkeinSQLite
import SkeinServer
import SkeinTransport

/// Why the command ends otherwise than well: a text for people, a code for programs (as in `sysexits.h`).
struct Failure: Error {
    let exitCode: Int32
    /// `nil` where everything has been said already.
    let message: String?

    init(_ exitCode: Int32, _ message: String?) { (self.exitCode, self.message) = (exitCode, message) }

    /// The answer is no.
    static func no(_ message: String? = nil) -> Failure { Failure(1, message) }

    /// Ends the process with what an error amounts to.
    static func exit(_ error: any Error) -> Never {
        guard let failure = Failure(describing: error) else { SkeinCommand.exit(withError: error) }
        if let message = failure.message { Terminal.error.write("skein: \(message)") }
        Foundation.exit(failure.exitCode)
    }

    /// `nil` for errors of the command line, and for requests for help.
    init?(describing error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as ActionError: self.init(1, error.description)
        case let error as ControlError: self.init(Self.code(of: error), error.description)
        case let error as StoreError: self.init(error.exitCode, error.description.printable)
        case let error as TransportError: self.init(Self.code(of: error), error.description)
        case let error as ServerError: self.init(error.code == .configuration ? 64 : 69, error.description.printable)
        case let error as MessageError: self.init(70, "\(error)")
        default: return nil
        }
    }

    private static func code(of error: TransportError) -> Int32 {
        switch error.code {
        case .configuration: 64
        case .unsupported, .unauthorized, .unknownDestination: 1
        default: 69
        }
    }

    private static func code(of error: ControlError) -> Int32 {
        switch error.code {
        case .unavailable, .noAnswer: 69
        default: 70
        }
    }
}
