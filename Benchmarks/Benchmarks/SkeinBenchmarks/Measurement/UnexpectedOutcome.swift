/// A workload did not do what is measured, so that its figures would mean nothing.
struct UnexpectedOutcome: Error, CustomStringConvertible {
    let description: String
}
