package import SkeinStorage

// What is known of other processes.
extension SQLiteReader {
    package func sourcePlaces(channel: String) throws -> [SourcePlaceRow] {
        try rows("places of a channel", .sourcePlaces, SourcePlaceRow.init) { $0.bind(channel) }
    }
}
