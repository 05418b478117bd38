import SkeinServer
import Testing

@Suite("An address to listen at")
struct ListenAddressTests {
    @Test(
        "is read in every form",
        arguments: [
            ("127.0.0.1:8080", "127.0.0.1", 8080), ("localhost", "localhost", 4700), (":0", "127.0.0.1", 0),
            ("[::1]:80", "::1", 80), ("[::1]", "::1", 4700), ("0.0.0.0:65535", "0.0.0.0", 65_535),
        ])
    func read(_ text: String, _ host: String, _ port: Int) throws {
        let address = try ListenAddress(text)
        #expect(address.host == host && address.port == port)
    }

    @Test(
        "is refused with what may be written",
        arguments: [
            "", ":", "a:", "a:b", "a:65536", "a:-1", "::1", "[::1", "[::1]80", "[::1]:", "http://a", "a b:1", "a:1:2",
        ])
    func refused(_ text: String) {
        #expect(throws: ServerError.self) { try ListenAddress(text) }
    }

    @Test(
        "is loopback only where nobody else can reach it",
        arguments: [
            ("127.0.0.1", true), ("127.9.9.9", true), ("localhost", true), ("::1", true), ("0.0.0.0", false),
            ("::", false),
            ("127.0.0.1.example.org", false), ("127.example", false), ("10.0.0.1", false),
        ])
    func loopback(_ host: String, _ isLoopback: Bool) throws {
        #expect(try ListenAddress(host: host).isLoopback == isLoopback)
    }

    @Test("must be loopback as long as a service has no tokens")
    func closed() async throws {
        let error = await #expect(throws: ServerError.self) {
            try await ServiceUnderTest.run(listen: "0.0.0.0:0") { _ in }
        }
        #expect(error?.code == .configuration)
    }
}
