import Foundation
import SkeinMessages
import SkeinStorage
import Testing

@Suite("What tools are told of channels")
struct ChannelReportTests {
    private let encoder: JSONEncoder

    init() {
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    @Test("is JSON that comes back equal, with everything set and with nothing")
    func reports() throws {
        let start = ChannelReport.Connection(state: .connecting, since: .epoch)
        let bare = ChannelReport(
            name: "main", transport: "kafka://broker:9092", process: "order", sending: start, takingIn: start)
        var full = bare
        full.sending = .init(
            state: .disconnected, since: .epoch, lastError: "refused", lastErrorAt: .epoch, reconnects: 3)
        full.takingIn.state = .suspended
        (full.sent, full.received) = (
            .init(acknowledged: 4, again: 1, refused: 2), .init(recorded: 9, duplicates: 3, unreadable: 1)
        )
        (full.backlog, full.remotes) = (7, ["card", "payment"])
        for report in [bare, full] {
            #expect(try JSONDecoder().decode(ChannelReport.self, from: encoder.encode(report)) == report)
        }
        let connection = #"{"reconnects":0,"since":"1970-01-01T00:00:00Z","state":"connecting"}"#
        #expect(
            try text(bare)
                == #"{"name":"main","process":"order","received":{"duplicates":0,"recorded":0,"unreadable":0},"#
                + #""remotes":[],"sending":\#(connection),"sent":{"acknowledged":0,"again":0,"refused":0},"#
                + #""takingIn":\#(connection),"transport":"kafka://broker:9092"}"#)
    }

    @Test("has an entry of the catalogue for a component elsewhere, and entries of those here are as they were")
    func entries() throws {
        let here = #"{"component":"work","consumes":[],"definitions":[],"projections":[],"publishes":[],"systems":[]}"#
        let entry = try JSONDecoder().decode(CatalogueEntry.self, from: Data(here.utf8))
        #expect(entry.channel == nil && entry.process == nil)
        #expect(try text(entry) == here)
        var elsewhere = entry
        (elsewhere.channel, elsewhere.process) = ("main", "work-1")
        let again = try JSONDecoder().decode(CatalogueEntry.self, from: encoder.encode(elsewhere))
        #expect(again == elsewhere && again.channel == "main" && again.process == "work-1")
    }
}
