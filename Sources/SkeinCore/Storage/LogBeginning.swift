import SkeinStorage

/// Where a subscription begins that asks for the first message of the log.
struct LogBeginning {
    private let trimmed: Int64
    private let acceptsTrimmed: Bool

    init(_ reader: any StoreReader, _ configuration: RuntimeConfiguration) throws {
        trimmed = try reader.trimmedPosition()
        acceptsTrimmed = configuration.acceptsTrimmedLog
    }

    /// The place below the first message that is still there.
    ///
    /// - Parameter reader: who asks, with a verb, for the error.
    /// - Throws: ``ConfigurationError`` when messages were removed and the configuration does not accept that: what is
    ///   built without them would look complete and is not.
    func place(of reader: String) throws -> Int64 {
        guard trimmed > 0, !acceptsTrimmed else { return trimmed }
        throw ConfigurationError([
            "\(reader) begins with the first message, but the log begins at message \(trimmed + 1): those before it "
                + "were removed (logRetention, skein store trim). Set the configuration's acceptsTrimmedLog to begin "
                + "there, let the component begin with what comes from now on (from: .now), or use a backup that "
                + "holds them"
        ])
    }
}
