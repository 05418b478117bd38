package import SkeinMessages
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Assets as the text of one attribute: a JSON array of `{"url":…,"type":…}` and `{"resource":…,"type":…}`.
package enum AssetText {
    private struct Entry: Decodable {
        let url: String?
        let resource: String?
        let type: String
    }

    /// Characters that no attribute may hold are escaped.
    package static func json(_ assets: [Asset]) -> String {
        var writer = JSONWriter()
        func member(_ name: StaticString, _ text: String) {
            writer.member(name, text) { !CloudEvent.isAllowed($0) }
        }
        writer.open("[")
        for asset in assets {
            writer.open("{")
            switch asset {
            case .url(let url, let type):
                member("url", url)
                member("type", type)
            case .resource(let id, let type):
                member("resource", id)
                member("type", type)
            }
            writer.close("}")
        }
        writer.close("]")
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    package static func assets(_ json: String) throws -> [Asset] {
        let entries: [Entry]
        do {
            entries = try PayloadCoder.json.decode([Entry].self, from: Data(json.utf8))
        } catch {
            throw MessageError.cloudEvent(CloudEventAttribute.assets, "is not a JSON array of assets", cause: error)
        }
        return try entries.enumerated().map { index, entry in
            switch (entry.url, entry.resource) {
            case (let url?, nil): .url(url, type: entry.type)
            case (nil, let id?): .resource(id: id, type: entry.type)
            default:
                throw MessageError.cloudEvent(
                    CloudEventAttribute.assets, "has an entry \(index) that needs either 'url' or 'resource'")
            }
        }
    }
}
