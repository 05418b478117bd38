import SkeinTransport
import Testing

@testable import SkeinActiveMQ

@Suite("The address of a STOMP broker")
struct StompAddressTests {
    @Test(
        "has a host and a port, and the port has a default",
        arguments: [
            ("localhost:61613", "stomp://localhost:61613"),
            ("localhost", "stomp://localhost:61613"),
            ("stomp://broker:1/", "stomp://broker:1"),
            ("stomp+ssl://broker", "stomp+ssl://broker:61614"),
            ("stomp://anna:secret@broker:7", "stomp://broker:7"),
            ("[::1]:7", "stomp://[::1]:7"),
        ])
    func label(text: String, label: String) throws { #expect(try StompAddress(text).label == label) }

    @Test("may hold user and password, with escapes")
    func credentials() throws {
        let address = try StompAddress("stomp://an%40na:s%3Acret@broker")
        #expect(address.credentials == StompConfiguration.Credentials(user: "an@na", password: "s:cret"))
        #expect(try StompAddress("anna@broker").credentials?.password == "")
        #expect("\(address.credentials.map { "\($0)" } ?? "")".contains("cret") == false)
    }

    @Test(
        "is refused when it is wrong, without a word of the password",
        arguments: [
            "", "http://anna:secret@broker", "stomp://anna:secret@broker:70000", "stomp://anna:secret@broker:x",
            "anna:secret@", "stomp://anna:sec%ret@broker", "stomp://anna:secret@[::1", "stomp://anna:secret@a b",
        ])
    func wrong(text: String) throws {
        let error = #expect(throws: TransportError.self) { try StompAddress(text) }
        #expect(error?.code == .configuration)
        #expect(error.map { "\($0)" }?.contains("secret") == false)
    }
}
