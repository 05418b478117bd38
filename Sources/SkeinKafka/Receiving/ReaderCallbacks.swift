#if Kafka
import CRdKafka

/// What librdkafka calls for one consumer, always within a poll or the close of the consumer, so on its thread.
final class ReaderCallbacks: @unchecked Sendable {
    // Proof for `@unchecked`: `reader` is set before the thread starts; afterwards the thread alone uses it.

    weak var reader: Reader?

    func install(in configuration: OpaquePointer) {
        rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(self).toOpaque())
        rd_kafka_conf_set_error_cb(configuration) { client, code, reason, opaque in
            ReaderCallbacks.reader(opaque)?.report(code, reason, client)
        }
        rd_kafka_conf_set_rebalance_cb(configuration) { _, code, partitions, opaque in
            guard let partitions else { return }
            ReaderCallbacks.reader(opaque)?.rebalance(code, partitions)
        }
        rd_kafka_conf_set_offset_commit_cb(configuration) { _, code, partitions, opaque in
            guard let partitions else { return }
            ReaderCallbacks.reader(opaque)?.committed(code, partitions)
        }
    }

    private static func reader(_ opaque: UnsafeMutableRawPointer?) -> Reader? {
        opaque.flatMap { Unmanaged<ReaderCallbacks>.fromOpaque($0).takeUnretainedValue().reader }
    }
}

extension Reader {
    fileprivate func report(_ code: Int32, _ reason: UnsafePointer<CChar>?, _ client: OpaquePointer?) {
        let code = rd_kafka_resp_err_t(code)
        let words = reason.map { String(cString: $0) }
        guard code == RD_KAFKA_RESP_ERR__FATAL else { return report(ClientTrouble(code, words)) }
        var text = [CChar](repeating: 0, count: 512)
        let cause = rd_kafka_fatal_error(client, &text, text.count)
        report(ClientTrouble(cause, String(buffer: text), isFatal: true))
    }
}
#endif
