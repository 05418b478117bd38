/// What a piece of work takes on the clock of the machine.
func elapsed(_ work: () async throws -> Void) async rethrows -> Duration {
    try await ContinuousClock().measure { try await work() }
}

extension Duration {
    /// Rounded to whole microseconds.
    var microseconds: Int { Int((self / .microseconds(1)).rounded()) }

    /// Rounded to whole nanoseconds.
    var nanoseconds: Int { Int((self / .nanoseconds(1)).rounded()) }

    /// How many times a second something of this duration happens, one after the other.
    var perSecond: Double { .seconds(1) / self }
}

extension [Duration] {
    var mean: Duration { reduce(.zero, +) / count }

    /// The one in the middle; of an even number the longer of both in the middle.
    var median: Duration { sorted()[count / 2] }
}
