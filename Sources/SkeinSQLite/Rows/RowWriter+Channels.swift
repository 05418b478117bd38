import SkeinStorage

extension RowWriter {
    func put(_ row: SourcePlaceRow) throws {
        try run(.putSourcePlace) {
            $0.bind(row.channel)
            $0.bind(row.topic)
            $0.bind(row.partition)
            $0.bind(row.next)
        }
    }

    func removeSourcePlaces(channel: String, topic: String) throws {
        try run(.removeSourcePlaces) {
            $0.bind(channel)
            $0.bind(topic)
        }
    }
}
