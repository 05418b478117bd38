import SkeinCore

// The messages of the workload's components. Keys are few, so that much happens to each.

struct Tick: Event {
    static let name: MessageName = "clock.tick"
    var key: String
    var number: Int
    var subject: String? { key }
}

struct Counted: Event {
    static let name: MessageName = "counter.counted"
    var key: String
    var tick: Int
    var subject: String? { key }
}

struct Keep: Command {
    static let name: MessageName = "shelf.keep"
    var key: String
    var tick: Int
    var subject: String? { key }
}

struct Kept: Event {
    static let name: MessageName = "shelf.kept"
    var key: String
    var tick: Int
    var place: Int
    var subject: String? { key }
}

struct Watched: Event {
    static let name: MessageName = "watch.watched"
    var key: String
    var tick: Int
    var subject: String? { key }
}

struct Item: Event {
    static let name: MessageName = "clock.item"
    var key: String
    var number: Int
    var subject: String? { key }
}

struct CollectRequested: Event {
    static let name: MessageName = "clock.collectRequested"
    var key: String
    var count: Int
    var subject: String? { key }
}

struct Collected: Event {
    static let name: MessageName = "work.collected"
    var key: String
    var number: Int
    var subject: String? { key }
}

struct ErrandRequested: Event {
    static let name: MessageName = "clock.errandRequested"
    var id: String
    var account: String
    var isDeclined: Bool
    var subject: String? { id }
}

struct ErrandEnded: Event {
    static let name: MessageName = "work.errandEnded"
    var id: String
    var isDone: Bool
    var subject: String? { id }
}

struct CardUpdated: Event {
    static let name: MessageName = "clock.cardUpdated"
    var account: String
    var subject: String? { account }
}

struct Reminded: Event {
    static let name: MessageName = "work.reminded"
    var id: String
    var subject: String? { id }
}

struct Withdraw: Command {
    static let name: MessageName = "till.withdraw"
    var id: String
    var subject: String? { id }
}

struct Withdrawn: Event {
    static let name: MessageName = "till.withdrawn"
    var id: String
    var subject: String? { id }
}

struct Credit: Command {
    static let name: MessageName = "till.credit"
    var id: String
    var subject: String? { id }
}

struct Credited: Event {
    static let name: MessageName = "till.credited"
    var id: String
    var subject: String? { id }
}

struct Reserve: Command {
    static let name: MessageName = "till.reserve"
    var id: String
    var subject: String? { id }
}

struct Reserved: Event {
    static let name: MessageName = "till.reserved"
    var id: String
    var subject: String? { id }
}

struct Release: Command {
    static let name: MessageName = "till.release"
    var id: String
    var subject: String? { id }
}

struct Released: Event {
    static let name: MessageName = "till.released"
    var id: String
    var subject: String? { id }
}

struct HowMany: Query {
    static let name: MessageName = "till.howMany"
    typealias Answer = SoMany
}

struct SoMany: Document {
    static let name: MessageName = "till.soMany"
    var count: Int
}

struct ListenRequested: Event {
    static let name: MessageName = "clock.listenRequested"
    var id: String
    var subject: String? { id }
}

struct Bell: Event {
    static let name: MessageName = "clock.bell"
    var number: Int
    var subject: String? { "bell" }
}

struct Heard: Event {
    static let name: MessageName = "work.heard"
    var id: String
    var subject: String? { id }
}

struct RoundsRequested: Event {
    static let name: MessageName = "clock.roundsRequested"
    var id: String
    var round: Int
    var subject: String? { id }
}

struct RoundsEnded: Event {
    static let name: MessageName = "work.roundsEnded"
    var id: String
    var subject: String? { id }
}

struct RaceRequested: Event {
    static let name: MessageName = "clock.raceRequested"
    var id: String
    var subject: String? { id }
}

struct Signal: Event {
    static let name: MessageName = "clock.signal"
    var id: String
    var subject: String? { id }
}

struct RaceEnded: Event {
    static let name: MessageName = "work.raceEnded"
    var id: String
    var isSignalled: Bool
    var subject: String? { id }
}

struct PokingRequested: Event {
    static let name: MessageName = "clock.pokingRequested"
    var key: String
    var subject: String? { key }
}

struct Poke: Event {
    static let name: MessageName = "clock.poke"
    var key: String
    var number: Int
    var subject: String? { key }
}

struct Poked: Event {
    static let name: MessageName = "work.poked"
    var key: String
    var number: Int
    var subject: String? { key }
}

struct PorterRequested: Event {
    static let name: MessageName = "clock.porterRequested"
    var key: String
    var subject: String? { key }
}

struct GuardRequested: Event {
    static let name: MessageName = "clock.guardRequested"
    var key: String
    var subject: String? { key }
}

struct Knock: Event {
    static let name: MessageName = "clock.knock"
    var key: String
    var number: Int
    var subject: String? { key }
}

struct Opened: Event {
    static let name: MessageName = "work.opened"
    var by: String
    var key: String
    var number: Int
    var subject: String? { key }
}
