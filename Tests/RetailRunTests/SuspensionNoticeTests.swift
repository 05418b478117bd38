import Testing

@testable import RetailRun

@Suite("What is said of suspended channels")
struct SuspensionNoticeTests {
    private static let way = "let it go on with: skein resume --channel shop --store"

    @Test("is how to let each go on, once for each time that it was stopped")
    func once() {
        var notice = SuspensionNotice()
        #expect(notice.note([]) == [])
        let both = [
            "the channel of a is suspended; \(Self.way) a",
            "the channel of b c is suspended; \(Self.way) 'b c'",
        ]
        #expect(notice.note(["b c", "a"]) == both)
        #expect(notice.note(["b c", "a"]) == [])
        #expect(notice.note(["a"]) == [])
        #expect(notice.note(["a", "b c"]) == [both[1]])
    }

    @Test("stands in the last sentence of a run, with what else a person has to look at")
    func closing() throws {
        func closing(_ orders: Int, incidents: Int = 0) -> String {
            RunEnding.held(incidents: incidents, suspended: 0, channels: ["s/a.db"]).closing(
                RunProgress(orders: orders), store: "s", world: "w")
        }
        let way = "skein resume --channel shop --store s/a.db"
        #expect(closing(2).hasPrefix("Nothing moves: 2 orders cannot be placed, because of 1 suspended channel."))
        #expect(closing(2).contains("To go on, \(way); then start the same command again."))
        #expect(closing(0, incidents: 1).contains("To go on, look at: skein incidents --store s, and \(way); then"))
        #expect(closing(0).hasPrefix("All orders have ended, but messages have not arrived"))
    }
}
