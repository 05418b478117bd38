/// Components that cannot run together, or values of a configuration that are out of range; found before anything has
/// started.
public struct ConfigurationError: Error, CustomStringConvertible {
    /// Everything that is wrong, each a sentence that names the component and type or the value, and the way out.
    public let problems: [String]

    package init(_ problems: [String]) { self.problems = problems }

    public var description: String {
        problems.count == 1
            ? problems[0] : "\(problems.count) problems:\n" + problems.map { "  - " + $0 }.joined(separator: "\n")
    }
}
