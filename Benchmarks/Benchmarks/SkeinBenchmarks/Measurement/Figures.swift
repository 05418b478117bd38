import Benchmark

/// The figures that a benchmark takes itself.
///
/// The tool shows whole numbers, in the order of their names: a name therefore ends with the unit, and begins so that
/// rates or durations come first, then the limit of the same run, then the ratios.
extension BenchmarkMetric {
    /// A duration or a ratio; less is better.
    static func cost(_ name: String) -> BenchmarkMetric {
        .custom(name, polarity: .prefersSmaller, useScalingFactor: false)
    }

    /// How much is done in a second, or a ratio of such; more is better.
    static func rate(_ name: String) -> BenchmarkMetric {
        .custom(name, polarity: .prefersLarger, useScalingFactor: false)
    }
}

extension Benchmark {
    /// Adds a ratio to a figure, in percent; one to a duration too short to be measured is left out.
    func measurement(_ metric: BenchmarkMetric, percent ratio: Double) {
        guard ratio.isFinite else { return }
        measurement(metric, Int((ratio * 100).rounded()))
    }
}
