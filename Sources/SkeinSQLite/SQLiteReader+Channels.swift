package import SkeinStorage

// What is known of components and of other processes.
extension SQLiteReader {
    package func catalogues(after component: String, limit: Int) throws -> [CatalogueRow] {
        try rows(
            "the catalogue", .catalogues, { CatalogueRow(component: $0.text(), description: $0.data()) },
            bind: {
                $0.bind(component)
                $0.bind(limit)
            })
    }

    package func channels() throws -> [ChannelRow] {
        try rows("channels", .channels, { ChannelRow(name: $0.text(), description: $0.data()) }, bind: { _ in })
    }

    package func sourcePlaces(channel: String) throws -> [SourcePlaceRow] {
        try rows("places of a channel", .sourcePlaces, SourcePlaceRow.init) { $0.bind(channel) }
    }
}
