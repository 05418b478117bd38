import ChildPrograms
import Foundation
import RetailWorld
import SkeinCore
import SkeinSQLite
import SkeinStorage
import Testing

@testable import RetailRun

@Suite("The arguments of a shop in several processes", .fewAtATime)
struct ApartArgumentTests {
    private typealias Line = ArgumentTests.Line

    static let lines: [ArgumentTests.Line] = [
        .init("run --apart", "--channel is missing, by which the processes talk: write kafka://HOST:PORT"),
        .init("run --only order --store S --world W", "--channel is missing"),
        .init("run --channel kafka://a:1 --store S --world W", "--channel needs --apart, or --only with components"),
        .init("run --apart --only order --channel kafka://a:1", "--apart and --only exclude each other"),
        .init("run --apart --name x --channel kafka://a:1", "--name needs --only"),
        .init("run --name x --store S --world W", "--name needs --only"),
        .init("run --off order --store S --world W", "--off needs --apart"),
        .init("run --only order --off card --channel kafka://a:1", "--off needs --apart"),
        .init("run --only order --channel kafka://a:1", "Missing expected argument '--store"),
        .init("run --only order --channel kafka://a:1 --store S", "Missing expected argument '--world"),
        .init(
            "run --only bank --channel kafka://a:1", "--only: 'bank' is no component of the shop; these are: account"),
        .init("run --only order,,card --channel kafka://a:1", "--only: '' is no component of the shop"),
        .init("run --only order,order --channel kafka://a:1", "--only: 'order' stands there twice"),
        .init("run --only order --name a.b --channel kafka://a:1", "'a.b' cannot be the name of a process"),
        .init("run --apart --off bank --channel kafka://a:1", "--off: 'bank' is no component of the shop"),
        .init("run --apart --off checkout --channel kafka://a:1", "--off: 'checkout' places the orders"),
        .init("run --apart --channel amqp://a:1", "--channel is no address of a broker: its scheme is none of"),
        .init("run --apart --channel kafka://a", "--channel is no address of a broker: a port is missing; write"),
        .init("run --apart --channel kafka://a:1,b", "--channel is no address of a broker"),
        .init("run --apart --channel kafka://a:99999", "--channel is no address of a broker: a port is no number"),
        .init("run --apart --channel kafka://a:1/x/y", "a prefix of topics has at most 100 letters"),
        .init("run --apart --channel stomp://a", "--channel is no address of a broker: a port is missing; write"),
        .init("run --apart --channel stomp://a:1/q", "--channel is no address of a broker: something stands behind"),
        .init("run --apart --channel stomp://:1", "--channel is no address of a broker: a host is missing; write"),
        .init("run --apart --channel kafka://u:p@a:1", "--channel is no address of a broker: Kafka takes no user and"),
        .init("run --apart --channel a:1", "--channel is no address of a broker: it does not begin with a scheme"),
        .init("run --apart --channel stomp://%1:p@a:1", "a '%' in its credentials has no two hexadecimal digits"),
        .init("run --off order --channel kafka://a:1 --store S --world W", "--off needs --apart"),
        .init("run --name x --channel kafka://a:1 --store S --world W", "--name needs --only"),
    ]

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("are refused with what to write instead", arguments: lines)
    func refused(line: ArgumentTests.Line) async throws {
        let places = ["S": folder.file("shop.db"), "W": folder.file("world")]
        let (code, errors) = try await BuiltProgram.refusal("retail", line.arguments.map { places[$0] ?? $0 })
        #expect(code == 64)
        #expect(errors.contains(line.text), "\(errors)")
        #expect(errors.contains("Usage: retail"))
        #expect(try folder.names().isEmpty)
    }

    @Test("do not make a file anew that was there and is gone")
    func gone() async throws {
        let (store, world) = (folder.file("payment.db"), folder.file("world"))
        try FileManager.default.createDirectory(atPath: world, withIntermediateDirectories: true)
        _ = try RunRecord(directory: world, part: "payment").noteStart()
        let line = [
            "run", "--only", "payment", "--channel", "stomp://localhost:1", "--store", store, "--world", world,
        ]
        let (code, errors) = try await BuiltProgram.refusal("retail", line)
        #expect(code == 66)
        #expect(errors.contains("the file \(store) of 'payment' was there in an earlier run and is gone"), "\(errors)")
        #expect(try folder.names() == ["world"])
    }

    @Test("never show the password of an address")
    func password() async throws {
        for address in [
            "stomp://skein:secret@a", "stomp+ssl://skein:secret@:1", "http://skein:secret@a:1", "stomp://skein:secret",
            "kafka://skein:secret@a:1",
        ] {
            let (code, errors) = try await BuiltProgram.refusal("retail", ["run", "--apart", "--channel", address])
            #expect(code == 64 && !errors.contains("secret"), "\(errors)")
        }
    }

    @Test("leave the credentials out of the address, and take those of the environment where it has none")
    func credentials() throws {
        let variables = ["SKEIN_BROKER_USER": "shop", "SKEIN_BROKER_PASSWORD": "sesame"]
        func address(_ text: String, _ environment: [String: String] = [:]) throws -> ChannelAddress {
            try ChannelAddress(text, environment: environment)
        }
        let plain = try address("stomp+ssl://h:1")
        #expect(plain.text == "stomp+ssl://h:1" && plain.credentials == nil)
        let named = try address("stomp+ssl://skein:s%40cr%3At@h:1", variables)
        #expect(named.text == plain.text)
        #expect(named.credentials?.variables == ["SKEIN_BROKER_USER": "skein", "SKEIN_BROKER_PASSWORD": "s@cr:t"])
        #expect(try address("stomp+ssl://h:1", variables).credentials?.variables == variables)
        #expect(try address("stomp://skein@h:1").credentials == .init(user: "skein", password: ""))
        #expect(try address("kafka://h:1", variables).credentials == nil)
    }

    @Test("hand no password to the arguments of other processes, which everybody can read")
    func handedDown() async throws {
        guard (try? ChannelAddress("stomp://127.0.0.1:1").transport()) != nil else { return }
        let shop = ShopFolder(folder.file("shop"))
        let program = try BuiltProgram(
            "retail", ["run", "--apart", "--channel", "stomp://skein:sesame@127.0.0.1:1", "--store", shop.path],
            keepsErrors: true)
        try await waitUntil("a part") { StoreOwner.current(of: shop.file(of: "order")) != nil }
        let part = try #require(StoreOwner.current(of: shop.file(of: "order"))?.pid)
        #if os(Linux)
        func read(_ name: String) throws -> [String] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(part)/\(name)"))
            return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        }
        let (words, variables) = (try read("cmdline"), try read("environ"))
        #expect(words.contains("stomp://127.0.0.1:1") && !words.contains { $0.contains("sesame") }, "\(words)")
        #expect(variables.contains("SKEIN_BROKER_USER=skein"))
        #expect(variables.contains("SKEIN_BROKER_PASSWORD=sesame"))
        #endif
        program.send(SIGTERM)
        #expect(try await program.finish().code == 75)
    }

    @Test("with no order to place end at once, without a broker")
    func noOrders() async throws {
        guard (try? ChannelAddress("stomp://127.0.0.1:1").transport()) != nil else { return }
        let (code, errors) = try await BuiltProgram.refusal(
            "retail",
            ["run", "--apart", "--orders", "0", "--channel", "stomp://127.0.0.1:1", "--store", folder.file("shop")])
        #expect(code == 0 && errors.contains("No order was to be placed; "), "\(errors)")
    }

    @Test("name the process after its components, in the order in which they are given")
    func names() throws {
        #expect(try ShopPart(only: "order", name: nil).name == "order")
        let part = try ShopPart(only: "shipping,inventory", name: nil)
        #expect(part.name == "shipping-inventory" && part.components == ["inventory", "shipping"])
        #expect(try ShopPart(only: "shipping,inventory", name: "warehouse").name == "warehouse")
    }

    @Test("know every component of the shop")
    func complete() throws {
        let folder = try TemporaryFolder()
        let world = ShopWorld(client: .init(directory: folder.path), asked: AskedCalls(store: try .inMemory()))
        let parts = ShopPart.all.map { ShopPart(component: $0) }
        let components = parts.flatMap { $0.makeComponents(day: .seconds(1), world: world) }
        #expect(components.map(\.name) == ShopPart.all)
        let shop = try ShopPart(only: ShopPart.all.joined(separator: ","), name: "shop")
        #expect(shop.makeComponents(day: .seconds(1), world: world).count == 8 && shop.isPlacing)
        #expect(Set(parts.flatMap(\.services)) == [.charge, .refund, .mail, .pick, .ship, .update])
    }

    @Test("say how to build what this program lacks", arguments: ["kafka://127.0.0.1:9", "stomp://127.0.0.1:9"])
    func withoutTransport(address: String) async throws {
        guard (try? ChannelAddress(address).transport()) == nil else { return }
        let (code, errors) = try await BuiltProgram.refusal(
            "retail", ["run", "--apart", "--channel", address, "--store", folder.file("shop")])
        #expect(code == 69)
        #expect(errors.contains("build it with: swift build --traits "), "\(errors)")
        #expect(try folder.names().isEmpty)
    }

    @Test("are refused where the folder of the shop is a file, or cannot be written")
    func noFolder() async throws {
        guard (try? ChannelAddress("kafka://127.0.0.1:9").transport()) != nil else { return }
        try Data("letter".utf8).write(to: URL(fileURLWithPath: folder.file("shop")))
        let (code, errors) = try await BuiltProgram.refusal(
            "retail", ["run", "--apart", "--channel", "kafka://127.0.0.1:9", "--store", folder.file("shop")])
        #expect(code == 73)
        #expect(errors.contains("the folder of the shop, \(folder.file("shop")), is a file"), "\(errors)")
    }
}
