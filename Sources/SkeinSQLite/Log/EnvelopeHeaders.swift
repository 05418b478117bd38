import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What few messages have, as one JSON object in the column `headers`: extensions, assets and the trace's vendor state.
struct EnvelopeHeaders: Codable {
    var extensions: [String: Value]?
    var assets: [Attachment]?
    var traceState: String?

    /// The text for the column; `nil` (and no cost) for a message that has none of it.
    static func text(for context: Envelope.Context) throws -> String? {
        if context.extensions.isEmpty, context.assets.isEmpty, context.trace?.state == nil { return nil }
        let headers = EnvelopeHeaders(
            extensions: context.extensions.isEmpty ? nil : context.extensions.mapValues(Value.init),
            assets: context.assets.isEmpty ? nil : context.assets.map(Attachment.init),
            traceState: context.trace?.state)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(headers), as: UTF8.self)
    }

    static func parse(_ text: String) throws -> EnvelopeHeaders {
        try JSONDecoder().decode(EnvelopeHeaders.self, from: Data(text.utf8))
    }

    struct Value: Codable {
        let value: ExtensionValue

        init(_ value: ExtensionValue) { self.value = value }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                value = .boolean(flag)
            } else if let number = try? container.decode(Int32.self) {
                value = .integer(number)
            } else {
                value = .string(try container.decode(String.self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch value {
            case .boolean(let flag): try container.encode(flag)
            case .integer(let number): try container.encode(number)
            case .string(let text): try container.encode(text)
            }
        }
    }

    struct Attachment: Codable {
        var url: String?
        var resource: String?
        var type: String

        init(_ asset: Asset) {
            switch asset {
            case .url(let url, let type): (self.url, self.type) = (url, type)
            case .resource(let id, let type): (resource, self.type) = (id, type)
            }
        }

        var asset: Asset {
            get throws {
                if let url { return .url(url, type: type) }
                if let resource { return .resource(id: resource, type: type) }
                throw MessageError(.invalidAsset, "an asset of type '\(type)' has neither url nor resource")
            }
        }
    }
}
