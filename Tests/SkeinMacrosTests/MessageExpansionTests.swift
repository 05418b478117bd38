import Testing

@Suite("what the message macros write")
struct MessageExpansionTests {
    @Test("an event with a name alone gets the name and the conformance")
    func nameOnly() {
        let expansion = Expansion(
            """
            @Event("account.opened")
            struct Opened {
            }
            """)
        #expect(
            expansion.text == """
                struct Opened {

                    static let name: SkeinCore.MessageName = "account.opened"

                    init() {
                    }
                }

                extension Opened: SkeinCore.Event {
                }
                """)
        #expect(expansion.diagnostics.isEmpty)
    }

    @Test("members of a public type are public, in a fixed order")
    func allArguments() {
        let expansion = Expansion(
            #"""
            @Event("payment.received", version: "1.2.3", subject: \.paymentID, audience: .todo)
            public struct PaymentReceived {
                let paymentID: String
            }
            """#)
        #expect(
            expansion.text == """
                public struct PaymentReceived {
                    let paymentID: String

                    public static let name: SkeinCore.MessageName = "payment.received"

                    public static let version: SkeinCore.SchemaVersion = "1.2.3"

                    public static let audience: SkeinCore.Audience = .todo

                    public var subject: String? {
                        paymentID
                    }

                    public init(paymentID: String) {
                        self.paymentID = paymentID
                    }
                }

                extension PaymentReceived: SkeinCore.Event {
                }
                """)
    }

    @Test("a query gets its answer")
    func query() {
        let expansion = Expansion(
            """
            @Query("account.ask", answer: Balance.self)
            package struct Ask {
            }
            """)
        #expect(expansion.text.contains("package typealias Answer = Balance\n"))
        #expect(expansion.text.contains("extension Ask: SkeinCore.Query {"))
    }

    @Test(
        "the access of the members follows the type",
        arguments: [
            ("public struct M {}", "public "), ("package enum M {}", "package "), ("struct M {}", ""),
            ("internal struct M {}", ""), ("private struct M {}", ""), ("fileprivate enum M {}", ""),
        ])
    func access(_ type: String, _ access: String) {
        let expansion = Expansion("@Command(\"a.b\") \(type)")
        #expect(expansion.text.contains("    \(access)static let name"))
    }

    @Test("a type in a public extension is public unless it says otherwise")
    func publicExtension() {
        let inherited = Expansion("public extension Bank { @Command(\"a.b\") struct M {} }")
        #expect(inherited.text.contains("public static let name"))
        let stated = Expansion("public extension Bank { @Command(\"a.b\") internal struct M {} }")
        #expect(!stated.text.contains("public static let name"))
    }

    @Test("members that are written by hand and not in the attribute stay")
    func handwritten() {
        let expansion = Expansion(
            """
            @Event("a.b") struct M {
                static let version: SchemaVersion = "2.0.0"
                static let audience: Audience = .system
                var subject: String? { "x" }
            }
            """)
        #expect(expansion.diagnostics.isEmpty)
        #expect(expansion.text.split(separator: "static let").count == 4)
    }

    @Test(
        "a subject may be a String, optional or inferred, declared alone or among others",
        arguments: [
            "let id: String", "var id: String?", "let id: Swift.String", "let id = \"x\"", "let id, other: String",
            "let number: Int, id: String", "var id: String { \"x\" }", "var `id`: String",
            "#if os(Linux)\nlet id: String\n#endif",
        ])
    func subjects(_ property: String) {
        let expansion = Expansion("@Event(\"a.b\", subject: \\.id) struct M {\n\(property)\n}")
        #expect(expansion.diagnostics.isEmpty)
        #expect(expansion.text.contains("var subject: String? {"))
    }
}
