import SkeinCloudEvents
import SkeinStorage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A message of the log as other systems read it.
enum WrittenEvent {
    private struct Reason: Encodable {
        var position: Int64
        var reason: String
    }

    /// A CloudEvent in structured mode. A message that no CloudEvent can express, because its subject has a line break
    /// for instance, is told of by an event `skein.unwritable` with its position and the reason, so that those beside
    /// it can be read.
    static func json(_ record: LogRecord) -> Data {
        do {
            return try CloudEvent(record.envelope).json()
        } catch {
            let reason = Reason(position: record.position, reason: "\(error)")
            let standIn = CloudEvent(
                id: "skein.unwritable/\(record.position)", source: "skein", type: "skein.unwritable",
                dataContentType: "application/json", data: (try? JSONEncoder().encode(reason)) ?? Data())
            return (try? standIn.json()) ?? Data("{}".utf8)
        }
    }
}
