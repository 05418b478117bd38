import SkeinCore
import Synchronization

extension Trial {
    /// The present behavior of one outside system or trouble.
    final class Weather: Sendable {
        private let state = Mutex(TrialWeather.fine)
        private let seed: UInt64

        init(seed: UInt64) { self.seed = seed }

        func turn(_ weather: TrialWeather) { state.withLock { $0 = weather } }

        /// The behavior towards one call; never `unsteady`. The seed and the number of the call decide it.
        func next(_ call: Int) -> TrialWeather {
            let weather = state.withLock { $0 }
            guard weather == .unsteady else { return weather }
            var random = SeededRandom(seed: seed &+ UInt64(call) &* 0x9e37_79b9_7f4a_7c15)
            return [.fine, .fine, .failing, .losingAnswers, .slow][Int(random.next() % 5)]
        }
    }
}
