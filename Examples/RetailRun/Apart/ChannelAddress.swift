import ArgumentParser
import Foundation
import SkeinActiveMQ
import SkeinKafka
import SkeinTransport

/// The broker between the parts of a shop, as `--channel` names it. Errors never repeat it, because it may have a
/// password.
///
/// The arguments of a process can be read by everybody on the machine, its environment by its user alone.
struct ChannelAddress: Sendable, Hashable {
    private enum Broker: Sendable {
        case kafka(servers: String, prefix: String?)
        case activeMQ(address: String)
    }

    /// Whom the broker is to let in.
    struct Credentials: Sendable, Hashable {
        /// The variables of the environment that have them where the address has none.
        static let (userVariable, passwordVariable) = ("SKEIN_BROKER_USER", "SKEIN_BROKER_PASSWORD")

        var user: String
        var password: String

        /// For the environment of another process.
        var variables: [String: String] { [Self.userVariable: user, Self.passwordVariable: password] }
    }

    /// The address without credentials, for the arguments of the processes of the parts.
    let text: String
    /// `nil` for a broker that lets in everybody.
    let credentials: Credentials?

    static let way =
        "write kafka://HOST:PORT[,HOST:PORT…][/PREFIX], where the names of all topics begin with PREFIX, or "
        + "stomp://[USER:PASSWORD@]HOST:PORT, or stomp+ssl://…"

    /// - Parameter environment: has the credentials where the address has none.
    /// - Throws: `ValidationError`.
    init(_ text: String, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        let broker = try Self.broker(text)
        guard case .activeMQ = broker, let start = text.firstRange(of: "://")?.upperBound else {
            (self.text, credentials) = (text, nil)
            return
        }
        if let at = text.lastIndex(of: "@") {
            credentials = try Self.credentials(text[start..<at])
            self.text = String(text[..<start] + text[text.index(after: at)...])
            return
        }
        self.text = text
        let user = environment[Credentials.userVariable] ?? ""
        credentials =
            user.isEmpty ? nil : .init(user: user, password: environment[Credentials.passwordVariable] ?? "")
    }

    private static func credentials(_ text: Substring) throws -> Credentials {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let words = parts.compactMap { String($0).removingPercentEncoding }
        guard words.count == parts.count else {
            throw ValidationError("--channel: a '%' in its credentials has no two hexadecimal digits")
        }
        return Credentials(user: words[0], password: words.count > 1 ? words[1] : "")
    }

    private static func broker(_ text: String) throws -> Broker {
        guard let colon = text.firstRange(of: "://") else { throw wrong("it does not begin with a scheme") }
        let rest = text[colon.upperBound...]
        switch text[..<colon.lowerBound] {
        case "kafka":
            let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            let servers = parts[0].split(separator: ",", omittingEmptySubsequences: false)
            guard !parts[0].contains("@") else { throw wrong("Kafka takes no user and password in it") }
            for server in servers { try checkPlace(server) }
            let prefix = parts.count == 2 && !parts[1].isEmpty ? String(parts[1]) : nil
            if let prefix, !prefix.utf8.allSatisfy(isPlain) || prefix.utf8.count > 100 {
                throw ValidationError(
                    "--channel: a prefix of topics has at most 100 letters, digits, '.', '_' and '-'")
            }
            return .kafka(servers: String(parts[0]), prefix: prefix)
        case "stomp", "stomp+ssl":
            let place = rest.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
            try checkPlace(place)
            return .activeMQ(address: text)
        default: throw wrong("its scheme is none of kafka, stomp and stomp+ssl")
        }
    }

    private static func checkPlace(_ text: some StringProtocol) throws {
        if text.contains("/") { throw wrong("something stands behind the port") }
        guard let colon = text.lastIndex(of: ":") else { throw wrong("a port is missing") }
        guard colon > text.startIndex else { throw wrong("a host is missing") }
        let port = Int(text[text.index(after: colon)...]) ?? 0
        guard (1...65535).contains(port) else { throw wrong("a port is no number from 1 to 65535") }
    }

    /// What is wrong, in words alone: any part of a wrong address may be a password.
    private static func wrong(_ problem: String) -> ValidationError {
        ValidationError("--channel is no address of a broker: \(problem); \(way)")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    /// The way to the broker. Nothing is connected yet.
    ///
    /// - Throws: ``CommandFailure`` with code `unavailable` when the program was built without it.
    func transport() throws -> any Transport {
        switch try Self.broker(text) {
        case .kafka(let servers, let prefix): try Self.kafka(servers, prefix)
        case .activeMQ(let address): try Self.activeMQ(address, credentials)
        }
    }

    private static func kafka(_ servers: String, _ prefix: String?) throws -> any Transport {
        #if Kafka
        return KafkaTransport.kafka(servers) { configuration in
            configuration.topicCreation = .byBroker
            // Brokers that do not answer a fetch before its time would make each step of an order take that long.
            configuration.properties["fetch.wait.max.ms"] = "50"
            guard let prefix else { return }
            configuration.topics = { prefix + KafkaTopics.perComponent($0) }
        }
        #else
        throw missing("Kafka", "which needs librdkafka (Debian: librdkafka-dev)")
        #endif
    }

    private static func activeMQ(_ address: String, _ credentials: Credentials?) throws -> any Transport {
        #if ActiveMQ
        var configuration = StompConfiguration()
        configuration.credentials = credentials.map { .init(user: $0.user, password: $0.password) }
        return ActiveMQTransport.activeMQ(address, configuration: configuration)
        #else
        throw missing("ActiveMQ", "which needs nothing else")
        #endif
    }

    private static func missing(_ trait: String, _ need: String) -> CommandFailure {
        CommandFailure(
            .unavailable,
            "this program was built without the transport of \(trait); build it with: swift build --traits \(trait) "
                + "--product retail, \(need)")
    }
}
