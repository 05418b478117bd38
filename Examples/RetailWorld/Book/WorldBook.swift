import SkeinStorage
import Skein

/// What a caller asks of the world; one line on the socket.
struct WorldRequest: Codable, Sendable {
    /// Chosen by the caller; the answer has the same.
    var id: Int
    var service: WorldService
    var key: String
    var account: String
    var reference: String?
    var amount: WorldAmount
}

/// What the world answers; one line on the socket.
struct WorldReply: Codable, Sendable {
    var id: Int
    var result: WorldResult
    var `repeat`: Bool
}

/// What the world knows and decides, without clock, file or socket: it is folded from the record, and each decision is
/// a new line of it.
struct WorldBook {
    private struct Answered {
        var account: String
        var amount: WorldAmount
        var result: WorldResult
    }

    private let configuration: WorldConfiguration
    private var answered: [String: Answered] = [:]
    private var calls: [String: Int] = [:]
    private var replacedCards: Set<String> = []

    init(_ configuration: WorldConfiguration, records: [CallRecord] = []) {
        self.configuration = configuration
        for record in records { note(record) }
    }

    /// Decides about a call. Nothing is known of it until it is noted, which is after it has been recorded.
    func decide(_ request: WorldRequest, at time: String) -> CallRecord {
        var record = CallRecord(
            at: time, service: request.service, key: request.key, account: request.account,
            reference: request.reference, amount: request.amount, result: .unavailable)
        let name = Self.name(request.service, request.key)
        let fate = fate(of: name, call: calls[name, default: 0])
        if fate < configuration.failRate { return record }
        if fate < configuration.failRate + configuration.silentRate {
            record.answer = .silent
        } else if fate < configuration.failRate + configuration.silentRate + configuration.slowRate {
            record.answer = .slow
        }
        if let before = answered[name] {
            let isSame = before.account == request.account && before.amount == request.amount
            record.result = isSame ? before.result : .conflict
            record.repeat = isSame
        } else {
            record.result = outcome(of: request)
        }
        return record
    }

    mutating func note(_ record: CallRecord) {
        let name = Self.name(record.service, record.key)
        calls[name, default: 0] += 1
        guard record.result.bindsKey, !record.repeat else { return }
        answered[name] = Answered(account: record.account, amount: record.amount, result: record.result)
        if record.service == .update { replacedCards.insert(record.account) }
    }

    private func outcome(of request: WorldRequest) -> WorldResult {
        guard request.service == .charge, isExpired(request.account) else { return request.service.success }
        return .declined
    }

    private func isExpired(_ account: String) -> Bool {
        !replacedCards.contains(account) && unit("card/" + account) < configuration.expiredRate
    }

    /// A number from 0 to 1 that depends on the seed, the key and how often it was called, so that neither the order of
    /// calls nor a restart changes it.
    private func fate(of name: String, call: Int) -> Double { unit("\(name)/\(call)") }

    private func unit(_ text: String) -> Double {
        // The last bytes of FNV-1a stir its upper bits too little; the finalizer of SplitMix64 spreads them.
        var bits = StableHash.value(of: "\(configuration.seed)/\(text)")
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        bits ^= bits >> 31
        return Double(bits >> 11) / Double(1 << 53)
    }

    private static func name(_ service: WorldService, _ key: String) -> String { service.rawValue + "/" + key }
}
