#if ActiveMQ
import NIOCore
import NIOPosix
import NIOSSL
import SkeinTransport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Makes connections of a transport.
struct StompDialer: Sendable {
    let address: StompAddress
    let configuration: StompConfiguration

    private var credentials: StompConfiguration.Credentials? { address.credentials ?? configuration.credentials }

    var errors: StompErrors { StompErrors(label: address.label, user: credentials?.user) }

    /// Connects, and waits until the broker has accepted.
    ///
    /// - Throws: ``TransportError``; `CancellationError`.
    func connect(within timeout: Duration? = nil) async throws -> StompConnection {
        let patience = min(timeout ?? configuration.connectTimeout, configuration.connectTimeout)
        let settings = StompSession.Settings(
            virtualHost: configuration.virtualHost, user: credentials?.user, password: credentials?.password,
            heartBeat: configuration.heartBeat, connectTimeout: patience)
        // Headers and what a broker adds stand beside the body.
        let limits = StompFrameParser.Limits(body: configuration.maximumMessageSize)
        let connection = StompConnection(settings, limits: limits, errors: errors)
        let context = try tls()
        let quarter = configuration.heartBeat > .zero ? configuration.heartBeat / 4 : .seconds(1)
        let period = TimeAmount(min(.seconds(1), max(.milliseconds(5), quarter)))
        let encrypted = address
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(patience))
            .channelOption(ChannelOptions.autoRead, value: false)
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(Self.handler(context, encrypted.host))
                    }
                    try channel.pipeline.syncOperations.addHandler(StompChannelHandler(connection, every: period))
                }
            }
        do {
            _ = try await bootstrap.connect(host: address.host, port: address.port).get()
        } catch {
            throw TransportError(
                .disconnected,
                "\(address.label) cannot be reached: \(Self.text(of: error)); does the broker run there?",
                cause: error)
        }
        do {
            try await connection.establish(within: patience)
        } catch {
            connection.lost(StompFailure(.closed, "not established"))
            throw error
        }
        return connection
    }

    /// An address of digits has no name to send along; its certificate is checked all the same.
    private static func handler(_ context: NIOSSLContext, _ host: String) throws -> NIOSSLClientHandler {
        let isNumeric = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isNumeric ? nil : host)
    }

    private func tls() throws(TransportError) -> NIOSSLContext? {
        guard address.isEncrypted || configuration.tls != nil else { return nil }
        let wanted = configuration.tls ?? StompTLS()
        do {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.minimumTLSVersion = .tlsv12
            if case .file(let path) = wanted.trustRoots { tls.trustRoots = .file(path) }
            if !wanted.verifiesHostname { tls.certificateVerification = .noHostnameVerification }
            if let path = wanted.certificateFile {
                tls.certificateChain = try NIOSSLCertificate.fromPEMFile(path).map { .certificate($0) }
            }
            if let path = wanted.keyFile {
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: path, format: .pem))
            }
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw TransportError(
                .configuration,
                "the certificates for \(address.label) cannot be used: \(error); check the files in 'tls'", cause: error
            )
        }
    }

    /// What an error of the channel is to a session.
    static func failure(of error: any Error) -> StompFailure {
        if error is NIOSSLExtraError {
            return StompFailure(.untrusted, "the certificate of the broker is for another name: \(error)")
        }
        guard error is NIOSSLError || error is BoringSSLError else { return StompFailure(.lost, text(of: error)) }
        let words = "\(error)"
        func says(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
        if says("WRONG_VERSION_NUMBER", "HTTP_REQUEST") {
            return StompFailure(.violation, "it does not answer in TLS")
        }
        guard says("CERTIFICATE", "CERT_", "UNKNOWN_CA", "ACCESS_DENIED", "unableToValidate") else {
            return StompFailure(.lost, "TLS has failed: \(words)")
        }
        return StompFailure(.untrusted, "a certificate is not accepted: \(words)")
    }

    private static func text(of error: any Error) -> String {
        // NIO names the call that failed too, which tells a reader nothing.
        if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
        guard let error = error as? NIOConnectionError else { return "\(error)" }
        if error.dnsAError ?? error.dnsAAAAError != nil { return "the name '\(error.host)' is unknown" }
        return error.connectionErrors.first.map { text(of: $0.error) } ?? "\(error)"
    }
}
#endif
