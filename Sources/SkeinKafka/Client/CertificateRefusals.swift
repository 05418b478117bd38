#if Kafka
import CRdKafka
import Synchronization

/// Why certificates of brokers were refused, by client of librdkafka.
///
/// librdkafka tells it to a callback, on threads of its own. The table belongs to the process, so that the callback
/// needs nothing of the adapter: a client that is left to the process goes on connecting.
enum CertificateRefusals {
    private static let table = Mutex<[UInt: CertificateRefusal]>([:])

    /// Has a client tell why it refuses certificates. It refuses the same as without.
    static func install(in configuration: OpaquePointer) {
        rd_kafka_conf_set_ssl_cert_verify_cb(configuration) { client, broker, _, code, depth, _, _, _, _, _ in
            guard let code = code?.pointee, code != 0 else { return 1 }
            let place = broker.map { String(cString: $0) } ?? ""
            let refusal = CertificateRefusal(code: code, broker: place, depth: depth)
            CertificateRefusals.table.withLock { $0[UInt(bitPattern: client)] = refusal }
            return 0
        }
    }

    /// The last refusal that has not been asked for.
    static func take(_ client: OpaquePointer) -> CertificateRefusal? {
        let key = UInt(bitPattern: client)
        return table.withLock { $0.removeValue(forKey: key) }
    }
}
#endif
