import CheckIn
import RetailPlay
import RetailServices
import SkeinCore
import Testing
import Trip

/// A scenario that is played with its components in processes of their own.
struct ApartStory: Sendable, CustomTestStringConvertible {
    var name: String
    var components: [String]
    /// Plays it, and takes what has come of it.
    var play: @Sendable (PlayOptions, Outcome.Clock, Comment) throws -> Outcome

    var testDescription: String { name }

    private static let shop = ["checkout", "order", "account", "card", "payment", "inventory", "shipping"]

    static let payments = PaymentStory.all.map { payment($0.name, $0.scenario) } + [payment("S7", spread)]

    /// The payments of S7 two hours apart: in a storm they could overtake each other otherwise, and share the balance
    /// in another way.
    private static var spread: PaymentScenario {
        var scenario = PaymentStory.several.scenario
        for index in scenario.payments.indices { scenario.payments[index].at = .hours(2 * index) }
        return scenario
    }

    private static func payment(_ name: String, _ scenario: PaymentScenario) -> ApartStory {
        ApartStory(name: name, components: shop) { options, clock, comment in
            let (stage, world) = try scenario.perform(options)
            try checkSoundness(stage, comment)
            var end = try scenario.end(stage, world)
            end.charges.sort { $0.reference < $1.reference }
            return try Outcome(stage, end: end, clock)
        }
    }

    static let orders = OrderStory.all.flatMap { story in
        OrderNotation.allCases.map { notation in
            let components = shop.filter { $0 != "card" }
            return ApartStory(name: "\(story.name), \(notation)", components: components) { options, clock, comment in
                let (stage, end) = try story.scenario(notation).perform(options)
                try checkSoundness(stage, comment)
                return try Outcome(stage, end: end, clock)
            }
        }
    }

    /// O8. The order component begins again when its second version is deployed.
    static let versions = ApartStory(name: "O8, code", components: shop) { options, clock, comment in
        let (stage, end) = try VersionStory.perform(options)
        try checkSoundness(stage, comment)
        #expect(try VersionStory.steps(of: "1", in: stage) == VersionStory.charging, comment)
        #expect(try VersionStory.steps(of: "2", in: stage) == VersionStory.fetching, comment)
        return try Outcome(stage, end: end, clock)
    }

    private static let tripScenarios =
        [TripScenario()] + TripPart.allCases.map { TripScenario(unavailable: $0) } + [
            TripScenario(unavailable: .flight, failingCancellations: 3)
        ]

    static let trips = tripScenarios.enumerated().map { index, scenario in
        ApartStory(name: "T\(index + 1)", components: ["trip", "booking"]) {
            options, clock, comment in
            let (stage, end) = try scenario.perform(options)
            try checkSoundness(stage, comment)
            return try Outcome(stage, end: end, clock)
        }
    }

    static let checkInScenarios = [
        CheckInScenario(), CheckInScenario(barcode: .slow), CheckInScenario(barcode: .down(for: .minutes(10))),
        CheckInScenario(barcode: .downForEver), CheckInScenario(isAsynchronous: true),
        CheckInScenario(barcode: .slow, isAsynchronous: true),
        CheckInScenario(barcode: .down(for: .zero), isAsynchronous: true),
        CheckInScenario(barcode: .downForEver, isAsynchronous: true),
    ]

    static let checkIns = checkInScenarios.enumerated().map { index, scenario in
        let components = ["checkin"] + (scenario.isAsynchronous ? ["barcode"] : []) + ["output"]
        return ApartStory(name: "B\(index + 1)", components: components) { options, clock, comment in
            let (stage, end) = try scenario.perform(options)
            try checkSoundness(stage, comment)
            return try Outcome(stage, end: end, clock)
        }
    }

    static let all = payments + orders + [versions] + checkIns + trips

    /// The scenarios of the shop.
    static let retail = payments + orders + [versions]

    /// Each scenario of the shop, with the component that is split off in a sample. It moves on with each scenario, and
    /// once more with each round, because scenarios of the two notations alternate.
    static let splits = retail.enumerated().map { index, story in
        let count = story.components.count
        return (story, story.components[(index + index / count) % count])
    }

    /// Each scenario of the payment, and each order in one of the notations.
    static let crashing =
        payments + orders.enumerated().filter { [0, 3].contains($0.offset % 4) }.map(\.element)
        + [versions, checkIns[1], checkIns[5], trips[3]]
}

@Suite("Components in processes of their own")
struct ApartTests {
    private func compare(_ story: ApartStory, _ way: ApartWay, _ clock: Outcome.Clock = .exact) throws {
        let (options, comment) = way.options(.allApart)
        #expect(try story.play(options, clock, comment) == story.play(PlayOptions(), clock, "together"), comment)
    }

    @Test(
        "bring the same events at the same times, and the same end, whichever one is split off",
        arguments: ApartStory.all)
    func split(story: ApartStory) throws {
        let together = try story.play(PlayOptions(), .exact, "together")
        for component in story.components {
            let (options, comment) = ApartWay.plain.options(.oneApart(component))
            #expect(try story.play(options, .exact, comment) == together, comment)
        }
    }

    @Test("bring the same events at the same times, and the same end, when all are apart", arguments: ApartStory.all)
    func apart(story: ApartStory) throws { try compare(story, .plain) }

    @Test(
        "bring the same events at the same times, and the same end, through crashes at every commit too",
        arguments: ApartStory.crashing)
    func crash(story: ApartStory) throws { try compare(story, .crashing) }

    @Test(
        "bring the same events within the hour, and the same end, whatever the broker does and whoever is killed",
        arguments: ApartStory.retail)
    func storm(story: ApartStory) throws { try compare(story, .stormy, .hours) }

    /// A sample, because all scenarios with all splits take minutes: each scenario is played once, and each component
    /// is split off from at least one payment and two orders, of both notations. The names of scenario and component
    /// decide what the storm does, and after how many commits, 3 to 10, each of the two processes is killed again and
    /// again.
    @Test(
        "bring the same events within the hour, and the same end, whichever one is split off, in storms with crashes",
        arguments: ApartStory.splits)
    func stormySplit(story: ApartStory, component: String) throws {
        let (options, comment) = ApartWay.sample(of: story.name, .oneApart(component))
        #expect(try story.play(options, .hours, comment) == story.play(PlayOptions(), .hours, "together"), comment)
    }

    /// With a crash at every commit it is among the stories of ``crash(story:)``.
    @Test(
        "finish orders under the version that they were begun under, when each one is killed after every few commits",
        arguments: [2, 3, 5])
    func versions(commits: Int) throws {
        var options = PlayOptions(division: .allApart)
        options.commitsPerCrash = commits
        let story = ApartStory.versions
        #expect(try story.play(options, .exact, "\(commits) commits") == story.play(PlayOptions(), .exact, "together"))
    }

    @Test("book and undo a trip in the same order in a storm, apart from the times", arguments: ApartStory.trips)
    func stormyTrip(story: ApartStory) throws { try compare(story, .stormy, .none) }

    @Test(
        "get a traveller one boarding pass, at the page or by mail, or one way to the counter, in a storm too",
        arguments: ApartStory.checkInScenarios)
    func stormyCheckIn(scenario: CheckInScenario) throws {
        let (options, comment) = ApartWay.stormy.options(.allApart)
        let (stage, end) = try scenario.perform(options)
        try checkSoundness(stage, comment)
        let names = try stage.played().map(\.envelope).filter { $0.kind == .event }.map(\.name)
        let passes = names.count { $0 == CheckInCompleted.name }
        let referrals = names.count { $0 == TravellerReferred.name }
        #expect(passes + referrals == 1, comment)
        #expect((end.boardingPass != nil) == (passes == 1), comment)
        #expect(end.deliveries.count == names.count { $0 == BoardingPassSent.name }, comment)
        #expect(end.deliveries.count <= passes, comment)
    }
}
