import Skein
import SkeinTransport
import Testing

@Suite("A program from outside of the package")
struct ProgramTests {
    /// A main function of a process whose other half runs elsewhere. It never returns, so nobody calls it here.
    private static func main(over transport: some Transport, _ order: Component) async {
        await Runtime.main(
            store: try .sqlite("shop/order.db"), channels: [Channel("shop", over: transport)],
            remotes: [Remote("payment", via: "shop")], order)
    }

    @Test("reaches components in other processes by a transport that it is given")
    func compiles() {
        let main: (any Transport, Component) async -> Void = { await Self.main(over: $0, $1) }
        withExtendedLifetime(main) {}
    }
}
