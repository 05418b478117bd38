import ArgumentParser
import Foundation
import SkeinCore
import SkeinOperator

struct EditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Replace the payload of a parked message, or change how an activity is retried.",
        usage: "skein edit [<incident>] [options]",
        discussion: """
            With an incident: replaces the payload of the message that it holds up, and tries again. Only the \
            subscription that parked it gets the new payload; the log keeps the message as it was published.

            With --instance and --activity: changes the retry policy of that activity alone. What is not given stays \
            as it is; the next attempt is made earlier if the policy then says so. The number of an activity stands \
            in 'skein instance'. One that an incident holds goes on after 'skein retry'.

            EXAMPLES:
              skein edit 3 --payload '{"orderID":"a","amount":7}'
              skein edit 3 --file fixed.json
              jq … | skein edit 3 --file -
              skein edit --instance 12 --activity 4 --attempts 50 --maximum-delay PT10M
            """)

    @OptionGroup var options: StoreOptions
    @Argument(help: "The incident.", transform: { try Admitted.id($0) }) var incident: IncidentID?
    @Option(help: "The new payload, JSON.") var payload: String?
    @Option(help: "The file that holds the new payload; '-' for standard input.") var file: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The instance whose activity is edited: its number, or component/process/key.", valueName: "instance"),
        transform: { try InstanceName(argument: $0) })
    var instance: InstanceName?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The activity, by its number in the instance.", valueName: "number"),
        transform: { try Admitted.operation($0) })
    var activity: Int64?
    @OptionGroup(title: "RETRY POLICY OF AN ACTIVITY") var policy: RetryOptions

    func validate() throws {
        if incident != nil {
            guard instance == nil, activity == nil, policy.edit == RetryPolicy.Edit() else {
                throw ValidationError("An incident's payload is edited, or an activity of an --instance, not both.")
            }
            guard (payload == nil) != (file == nil) else {
                throw ValidationError("Give the payload by --payload or by --file.")
            }
        } else {
            guard instance != nil, activity != nil else {
                throw ValidationError("Name an incident, or an activity by --instance and --activity.")
            }
            guard payload == nil, file == nil else {
                throw ValidationError("An activity has no payload; --payload and --file go with an incident.")
            }
            guard policy.edit != RetryPolicy.Edit() else {
                throw ValidationError(
                    "Say what to change: --attempts, --within, --initial-delay, --factor, --maximum-delay or --jitter.")
            }
        }
    }

    func run() throws {
        if let instance, let activity {
            return try OperatorDesk(options: options).perform(on: [instance]) {
                .editRetry(instance: $0, activity: activity, policy.edit)
            }
        }
        guard let incident else { return }
        let data = try payload.map { Data($0.utf8) } ?? read()
        try OperatorDesk(options: options).perform([.edit(incident: incident, payload: data)])
    }

    private func read() throws -> Data {
        guard let file, file != "-" else { return FileHandle.standardInput.readDataToEndOfFile() }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Failure(66, "\(file) cannot be read")
        }
        return data
    }
}

/// What is changed about a retry policy.
struct RetryOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many attempts are made in all, the first included: a number, or 'unlimited'.", valueName: "number"),
        transform: { try attempts($0) })
    var attempts: RetryPolicy.Edit.Attempts?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "For how long after the first failed attempt further ones are planned, in ISO 8601: P1D, or 'unlimited'.",
            valueName: "duration"),
        transform: { try within($0) })
    var within: RetryPolicy.Edit.Within?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The delay after the first failed attempt, in ISO 8601: PT1S.", valueName: "duration"),
        transform: { try duration($0) })
    var initialDelay: Duration?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("By how much each delay is longer than the one before, 1 or more.", valueName: "number"),
        transform: { try Admitted.factor($0) })
    var factor: Double?
    @Option(
        parsing: .unconditional, help: ArgumentHelp("The longest delay, in ISO 8601: PT10M.", valueName: "duration"),
        transform: { try duration($0) })
    var maximumDelay: Duration?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The share of each delay that is random, from 0 to 1.", valueName: "number"),
        transform: { try Admitted.share($0) })
    var jitter: Double?

    var edit: RetryPolicy.Edit {
        var edit = RetryPolicy.Edit()
        (edit.attempts, edit.within) = (attempts, within)
        (edit.initialDelay, edit.factor) = (initialDelay, factor)
        (edit.maximumDelay, edit.jitter) = (maximumDelay, jitter)
        return edit
    }

    private static func attempts(_ text: String) throws -> RetryPolicy.Edit.Attempts {
        if text == "unlimited" { return .unlimited }
        guard let count = Int(text), count >= 1 else {
            throw ValidationError("write a whole number of 1 or more, or 'unlimited'")
        }
        return .limited(count)
    }

    private static func within(_ text: String) throws -> RetryPolicy.Edit.Within {
        try text == "unlimited" ? .unlimited : .limited(duration(text, or: ", or 'unlimited'"))
    }

    /// - Parameter other: what else is admitted, for a refusal.
    private static func duration(_ text: String, or other: String = "") throws -> Duration {
        guard let duration = try? Duration(iso8601: text), (.zero...longest).contains(duration) else {
            throw ValidationError(
                "write a duration of ISO 8601 from PT0S to \(longest.iso8601), such as PT1S, PT10M or P2D\(other)")
        }
        return duration
    }

    /// A century.
    private static let longest = Duration.days(36_500)
}
