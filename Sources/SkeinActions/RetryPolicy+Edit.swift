public import SkeinMessages

extension RetryPolicy {
    /// What an operator changes about the retry policy of one activity. What is `nil` stays as the code has it, also
    /// when the code is changed later.
    ///
    /// Durations in its JSON are ISO 8601 texts: `{"attempts":20,"within":"P2D","initialDelay":"PT1S"}`.
    public struct Edit: Sendable, Hashable {
        /// How many attempts are made in all.
        public enum Attempts: Sendable, Hashable {
            /// 1 or more, the first included.
            case limited(Int)
            /// Until one succeeds.
            case unlimited
        }

        /// For how long after the first failed attempt further attempts are planned.
        public enum Within: Sendable, Hashable {
            /// For this long; not shorter than the first delay.
            case limited(Duration)
            /// Until one succeeds or the policy's number of attempts is reached.
            case unlimited
        }

        /// How many attempts are made in all.
        public var attempts: Attempts?
        /// For how long after the first failed attempt further attempts are planned.
        public var within: Within?
        /// The delay after the first failed attempt.
        public var initialDelay: Duration?
        /// By how much each delay is longer than the one before; 1 or more.
        public var factor: Double?
        /// The longest delay.
        public var maximumDelay: Duration?
        /// The share of each delay that is random, from 0 to 1.
        public var jitter: Double?

        /// Changes nothing.
        public init() {}

        /// Changes everything: the activity has this policy, whatever the code says.
        public init(_ policy: RetryPolicy) {
            attempts = policy.attempts.map { .limited($0) } ?? .unlimited
            within = policy.within.map { .limited($0) } ?? .unlimited
            (initialDelay, factor) = (policy.initialDelay, policy.factor)
            (maximumDelay, jitter) = (policy.maximumDelay, policy.jitter)
        }

        /// A policy with these changes.
        package func applied(to policy: RetryPolicy) -> RetryPolicy {
            var policy = policy
            switch attempts {
            case .limited(let count): policy.attempts = count
            case .unlimited: policy.attempts = nil
            case nil: break
            }
            switch within {
            case .limited(let time): policy.within = time
            case .unlimited: policy.within = nil
            case nil: break
            }
            policy.initialDelay = initialDelay ?? policy.initialDelay
            policy.factor = factor ?? policy.factor
            policy.maximumDelay = maximumDelay ?? policy.maximumDelay
            policy.jitter = jitter ?? policy.jitter
            return policy
        }

        /// Both changes; where both say something, this one counts.
        package func merged(over earlier: Edit?) -> Edit {
            var edit = self
            edit.attempts = attempts ?? earlier?.attempts
            edit.within = within ?? earlier?.within
            edit.initialDelay = initialDelay ?? earlier?.initialDelay
            edit.factor = factor ?? earlier?.factor
            edit.maximumDelay = maximumDelay ?? earlier?.maximumDelay
            edit.jitter = jitter ?? earlier?.jitter
            return edit
        }

        /// What is wrong with the change, as a clause, or `nil` for a good one.
        package var problem: String? {
            if self == Edit() { return "nothing of it is changed" }
            if let factor, !factor.isFinite { return "factor is \(factor); it must be a number, 1 or more" }
            return applied(to: RetryPolicy(within: nil)).problem
        }
    }
}

extension RetryPolicy.Edit: CustomStringConvertible {
    /// What is changed, for people: `attempts 20, initial delay PT1S`.
    public var description: String {
        let count: String? =
            switch attempts {
            case .limited(let count): "\(count)"
            case .unlimited: "unlimited"
            case nil: nil
            }
        let time: String? =
            switch within {
            case .limited(let time): time.iso8601
            case .unlimited: "unlimited"
            case nil: nil
            }
        let parts = [
            ("attempts", count), ("within", time), ("initial delay", initialDelay?.iso8601),
            ("factor", factor.map { "\($0)" }),
            ("maximum delay", maximumDelay?.iso8601), ("jitter", jitter.map { "\($0)" }),
        ]
        return parts.compactMap { name, value in value.map { "\(name) \($0)" } }.joined(separator: ", ")
    }
}

extension RetryPolicy.Edit: Codable {
    private enum CodingKeys: String, CodingKey {
        case attempts, within, initialDelay, factor, maximumDelay, jitter
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        attempts = try container.decodeIfPresent(Attempts.self, forKey: .attempts)
        within = try container.decodeIfPresent(Within.self, forKey: .within)
        factor = try container.decodeIfPresent(Double.self, forKey: .factor)
        jitter = try container.decodeIfPresent(Double.self, forKey: .jitter)
        initialDelay = try Self.duration(.initialDelay, in: container)
        maximumDelay = try Self.duration(.maximumDelay, in: container)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(attempts, forKey: .attempts)
        try container.encodeIfPresent(within, forKey: .within)
        try container.encodeIfPresent(initialDelay?.iso8601, forKey: .initialDelay)
        try container.encodeIfPresent(factor, forKey: .factor)
        try container.encodeIfPresent(maximumDelay?.iso8601, forKey: .maximumDelay)
        try container.encodeIfPresent(jitter, forKey: .jitter)
    }

    private static func duration(
        _ key: CodingKeys, in container: KeyedDecodingContainer<CodingKeys>
    ) throws -> Duration? {
        guard let text = try container.decodeIfPresent(String.self, forKey: key) else { return nil }
        do {
            return try Duration(iso8601: text)
        } catch {
            throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "\(error)")
        }
    }
}

extension RetryPolicy.Edit.Attempts: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let count = try? container.decode(Int.self) {
            self = .limited(count)
        } else if (try? container.decode(String.self)) == "unlimited" {
            self = .unlimited
        } else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "attempts is neither a number nor 'unlimited'")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .limited(let count): try container.encode(count)
        case .unlimited: try container.encode("unlimited")
        }
    }
}

extension RetryPolicy.Edit.Within: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        if text == "unlimited" {
            self = .unlimited
        } else {
            do {
                self = .limited(try Duration(iso8601: text))
            } catch {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "within is neither 'unlimited' nor a duration: \(error)")
            }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .limited(let time): try container.encode(time.iso8601)
        case .unlimited: try container.encode("unlimited")
        }
    }
}
