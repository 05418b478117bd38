public import SkeinMessages
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The JSON event format 1.0.2: structured and batch mode.
extension CloudEvent {
    /// The event as one JSON object, of type ``jsonContentType``.
    ///
    /// Data whose content type is JSON stands in `data`, byte for byte; other data stands in `data_base64`, and so does
    /// data that says it is JSON and is not, or has white space around it, which `data` would lose.
    ///
    /// - Throws: ``MessageError`` with code `invalidCloudEvent`, naming the attribute that breaks a rule.
    public func json() throws -> Data {
        try validate()
        var writer = JSONWriter()
        writer.open("{")
        for (name, value) in attributes {
            switch value {
            case .string(let text): writer.member(named: name, text)
            default: writer.member(named: name, raw: value.description.utf8)
            }
        }
        if !data.isEmpty {
            if let dataContentType, MediaType.isJSON(dataContentType),
                JSONScanner.value(in: data)?.count == data.count
            {
                writer.member(named: CloudEventAttribute.data, raw: data)
            } else {
                writer.member(named: CloudEventAttribute.dataBase64, data.base64EncodedString())
            }
        }
        writer.close("}")
        return Data(writer.bytes)
    }

    /// Reads one JSON object.
    ///
    /// Members with the value `null` are taken as absent. Data in `data` without a `datacontenttype` is JSON, and says
    /// so afterwards.
    ///
    /// - Throws: ``MessageError`` with code `invalidCloudEvent`, naming the attribute, or the place in text that is no
    ///   JSON.
    public init(json: Data) throws {
        var scanner = try Self.scanner(json)
        let members = try Self.reading {
            var members = Members()
            try members.read(&scanner)
            try scanner.end()
            return members
        }
        try self.init(members, scanner)
    }

    /// Events as one JSON array, of type ``batchContentType``. It may be empty.
    ///
    /// - Throws: ``MessageError`` with code `invalidCloudEvent`, naming the event by its place and its attribute.
    public static func json(batch: [CloudEvent]) throws -> Data {
        var writer = JSONWriter()
        writer.open("[")
        for (index, event) in batch.enumerated() {
            try writer.element(raw: Self.inBatch(index) { try event.json() })
        }
        writer.close("]")
        return Data(writer.bytes)
    }

    /// Reads a JSON array of events. One event that breaks a rule refuses the whole batch.
    ///
    /// - Throws: ``MessageError`` with code `invalidCloudEvent`, naming the event by its place and its attribute.
    public static func batch(json: Data) throws -> [CloudEvent] {
        try events(inBatch: json).enumerated().map { index, event in try inBatch(index) { try event.get() } }
    }

    /// Reads a JSON array of events, each by itself: for receivers that name every event which breaks a rule.
    ///
    /// - Returns: an event, or what is wrong with it (code `invalidCloudEvent`), for each element of the array.
    /// - Throws: ``MessageError`` with code `invalidCloudEvent`, naming the place in text that is no array of objects.
    public static func events(inBatch json: Data) throws -> [Result<CloudEvent, MessageError>] {
        var scanner = try Self.scanner(json)
        let all = try Self.reading {
            var all: [Members] = []
            try scanner.array { scanner throws(JSONSyntaxError) in
                var members = Members()
                try members.read(&scanner)
                all.append(members)
            }
            try scanner.end()
            return all
        }
        return all.map { members in
            do {
                return .success(try CloudEvent(members, scanner))
            } catch let error as MessageError {
                return .failure(error)
            } catch {
                return .failure(MessageError(.invalidCloudEvent, "the event cannot be read", cause: error))
            }
        }
    }

    private static func scanner(_ json: Data) throws -> JSONScanner {
        try reading { try JSONScanner(json) }
    }

    private static func reading<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as JSONSyntaxError {
            throw MessageError(.invalidCloudEvent, "the CloudEvent is not a JSON object: \(error)")
        }
    }

    private static func inBatch<Value>(_ index: Int, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as MessageError {
            throw MessageError(error.code, "event \(index) of the batch: \(error.message)", cause: error.cause)
        }
    }

    /// All attributes in the order in which they are written: the core ones, then extensions by name.
    var attributes: [(name: String, value: ExtensionValue)] {
        let optional = [
            (CloudEventAttribute.subject, subject), (CloudEventAttribute.time, time),
            (CloudEventAttribute.dataContentType, dataContentType), (CloudEventAttribute.dataSchema, dataSchema),
        ]
        let required = [
            (CloudEventAttribute.specVersion, Self.specVersion), (CloudEventAttribute.id, id),
            (CloudEventAttribute.source, source), (CloudEventAttribute.type, type),
        ]
        let core = required + optional.compactMap { name, value in value.map { (name, $0) } }
        return core.map { ($0, .string($1)) } + extensions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension CloudEvent {
    /// The members of an object, in their order, by the places of their values.
    private struct Members {
        var names: [Range<Int>] = []
        var values: [Range<Int>] = []

        mutating func read(_ scanner: inout JSONScanner) throws(JSONSyntaxError) {
            var (names, values): ([Range<Int>], [Range<Int>]) = ([], [])
            try scanner.object { name, scanner throws(JSONSyntaxError) in
                names.append(name)
                values.append(try scanner.value(depth: 1))
            }
            (self.names, self.values) = (names, values)
        }
    }

    private init(_ members: Members, _ scanner: JSONScanner) throws {
        var (attributes, data): ([String: ExtensionValue], Range<Int>?) = ([:], nil)
        var (base64, seen): (Range<Int>?, Set<String>) = (nil, [])
        for (name, value) in zip(members.names, members.values) {
            let name = try Self.reading { try scanner.string(at: name) }
            guard seen.insert(name).inserted else { throw MessageError.cloudEvent(name, "stands twice in the event") }
            switch name {
            case CloudEventAttribute.data: data = value
            case CloudEventAttribute.dataBase64: base64 = scanner.bytes[value.lowerBound] == 0x6E ? nil : value
            default: attributes[name] = try Self.attribute(name, at: value, in: scanner)
            }
        }
        try self.init(attributes)
        switch (data, base64) {
        case (.some, .some):
            throw MessageError.cloudEvent(
                CloudEventAttribute.dataBase64, "stands beside 'data'; give only one of the two")
        case (let range?, nil): try readData(at: range, in: scanner)
        case (nil, let range?): self.data = try Self.binary(at: range, in: scanner)
        case (nil, nil): break
        }
        try validate()
    }

    private mutating func readData(at range: Range<Int>, in scanner: JSONScanner) throws {
        let isNull = scanner.bytes[range.lowerBound] == 0x6E
        let contentType = dataContentType ?? PayloadCoder.jsonContentType
        if MediaType.isJSON(contentType) {
            dataContentType = contentType
            data = Data(scanner.bytes[range])
        } else if scanner.bytes[range.lowerBound] == 0x22 {
            data = try Data(Self.reading { try scanner.string(at: range) }.utf8)
        } else if !isNull {
            throw MessageError.cloudEvent(
                CloudEventAttribute.data, "is no string, although its content type '\(contentType)' is not JSON")
        }
    }

    private static func binary(at range: Range<Int>, in scanner: JSONScanner) throws -> Data {
        if scanner.bytes[range.lowerBound] == 0x22,
            let data = try Data(base64Encoded: reading { try scanner.string(at: range) })
        {
            return data
        }
        throw MessageError.cloudEvent(CloudEventAttribute.dataBase64, "is not a string in Base64 (RFC 4648, section 4)")
    }

    /// The value of an attribute by the table of types; `nil` for `null`.
    private static func attribute(
        _ name: String, at range: Range<Int>, in scanner: JSONScanner
    ) throws -> ExtensionValue? {
        let text = String(decoding: scanner.bytes[range], as: UTF8.self)
        switch scanner.bytes[range.lowerBound] {
        case 0x22: return .string(try reading { try scanner.string(at: range) })
        case 0x74, 0x66: return .boolean(text == "true")
        case 0x6E: return nil
        case 0x7B, 0x5B:
            throw MessageError.cloudEvent(name, "is an object or array; an attribute is a string, integer or boolean")
        default:
            guard let number = Int32(text) else {
                throw MessageError.cloudEvent(
                    name, "is the number \(text.prefix(40)); only integers of 32 bits are allowed")
            }
            return .integer(number)
        }
    }

    /// Sorts attributes, core and extensions together, into an event; all but its data.
    init(_ attributes: [String: ExtensionValue]) throws {
        var rest = attributes
        func take(_ name: String) throws -> String? {
            switch rest.removeValue(forKey: name) {
            case nil: return nil
            case .string(let text): return text
            case .some: throw MessageError.cloudEvent(name, "is not a string")
            }
        }
        func need(_ name: String) throws -> String {
            guard let text = try take(name) else { throw MessageError.cloudEvent(name, "is missing") }
            return text
        }
        let version = try need(CloudEventAttribute.specVersion)
        guard version == Self.specVersion else {
            throw MessageError.cloudEvent(
                CloudEventAttribute.specVersion, "is '\(version)'; only '\(Self.specVersion)' is read")
        }
        self.init(
            id: try need(CloudEventAttribute.id), source: try need(CloudEventAttribute.source),
            type: try need(CloudEventAttribute.type), subject: try take(CloudEventAttribute.subject),
            time: try take(CloudEventAttribute.time), dataContentType: try take(CloudEventAttribute.dataContentType),
            dataSchema: try take(CloudEventAttribute.dataSchema), extensions: [:])
        extensions = rest
    }
}
