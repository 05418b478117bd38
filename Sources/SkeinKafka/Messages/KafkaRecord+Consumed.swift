#if Kafka
import CRdKafka
import SkeinMessages
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension KafkaRecord {
    /// Copies what a consumer has got.
    ///
    /// Text that is no UTF-8 gets replacement characters, which no attribute may hold, so such a message is unreadable.
    init(_ message: UnsafePointer<rd_kafka_message_t>) {
        key = message.pointee.key.map { Self.text($0, message.pointee.key_len) }
        value = message.pointee.payload.map { Data(bytes: $0, count: message.pointee.len) } ?? Data()
        headers = []
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        headers.reserveCapacity(rd_kafka_header_cnt(list))
        var (name, bytes, size): (UnsafePointer<CChar>?, UnsafeRawPointer?, Int) = (nil, nil, 0)
        while rd_kafka_header_get_all(list, headers.count, &name, &bytes, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            let value = bytes.map { Self.text($0, size) } ?? ""
            headers.append(Header(name.map { String(cString: $0) } ?? "", value))
        }
    }

    private static func text(_ bytes: UnsafeRawPointer, _ count: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// When the broker or the producer says that the message came into being; 1970 where nobody says it.
    static func time(of message: UnsafePointer<rd_kafka_message_t>) -> Timestamp {
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let milliseconds = rd_kafka_message_timestamp(message, &kind)
        return Timestamp(microseconds: kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? 0 : milliseconds &* 1_000)
    }
}
#endif
