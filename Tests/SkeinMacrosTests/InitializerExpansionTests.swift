import Testing

@Suite("the initializer that the message macros write")
struct InitializerExpansionTests {
    /// The head of the initializer that is written for a struct with these properties.
    private func head(_ properties: String, of type: String = "public struct M") -> String? {
        let text = Expansion("@Event(\"a.b\") \(type) {\n\(properties)\n}").text
        return text.split(separator: "\n").last { $0.contains("init(") }.map {
            $0.trimmingPrefix { $0 == " " }.split(separator: " {")[0].description
        }
    }

    private func diagnostics(_ properties: String, of type: String = "public struct M") -> [String] {
        Expansion("@Event(\"a.b\") \(type) {\n\(properties)\n}").diagnostics
    }

    @Test("sets each stored property, in order")
    func members() {
        let expansion = Expansion(
            """
            @Document("a.b") public struct M {
                public let id: String
                var amount: Decimal
            }
            """)
        #expect(
            expansion.text.contains(
                """
                    public init(id: String, amount: Decimal) {
                        self.id = id
                        self.amount = amount
                    }
                """))
        #expect(expansion.diagnostics.isEmpty)
    }

    @Test(
        "has the access of the type",
        arguments: [
            ("public struct M", "public init()"), ("package struct M", "package init()"), ("struct M", "init()"),
            ("private struct M", "init()"),
        ])
    func access(_ type: String, _ expected: String) {
        #expect(head("", of: type) == expected)
    }

    @Test(
        "takes the default of a variable and nil for an optional",
        arguments: [
            ("var a: Int = 5", "a: Int = 5"), ("var a: [String] = []", "a: [String] = []"),
            ("var a = 5", "a: Int = 5"), ("var a = -5", "a: Int = -5"), ("var a = -0.5", "a: Double = -0.5"),
            ("var a = true", "a: Bool = true"), ("var a = \"x\"", "a: String = \"x\""),
            ("var a: Int?", "a: Int? = nil"), ("let a: Int?", "a: Int? = nil"),
            ("let a: Optional<Int>", "a: Optional<Int> = nil"),
            ("let a: Swift.Optional<Int>", "a: Swift.Optional<Int> = nil"), ("var a: Int? = 5", "a: Int? = 5"),
            ("let a, b: Int", "a: Int, b: Int"), ("var a = 1, b: String", "a: Int = 1, b: String"),
            ("let `default`: Int", "`default`: Int"), ("@Clamped var a: Int", "a: Int"),
            ("public private(set) var a: Int", "a: Int"), ("private let a: Int", "a: Int"),
            ("var a: Int { didSet { check() } }", "a: Int"),
        ])
    func parameters(_ property: String, _ parameters: String) {
        #expect(diagnostics(property).isEmpty)
        #expect(head(property) == "public init(\(parameters))")
    }

    @Test(
        "leaves out what it cannot set or others must not see",
        arguments: [
            "let a: Int = 5", "let a = make()", "static let a: Int = 5", "static var a = make()", "lazy var a = make()",
            "var a: Int { 5 }", "var a: Int { get { 5 } set {} }", "private var a: Int = 5",
            "fileprivate var a: Int = 5", "#if DEBUG\nlet a: Int = 5\nfunc b() {}\n#endif",
            "let (a, b) = (1, 2)", "struct Inner { var a: Int }",
        ])
    func leftOut(_ property: String) {
        #expect(diagnostics(property).isEmpty)
        #expect(head(property) == "public init()")
    }

    @Test(
        "is not written where the body has one",
        arguments: [
            "init() {}", "public init(_ other: Int) {}", "init?(text: String) {}", "init<T>(_ value: T) {}",
            "#if DEBUG\ninit() {}\n#endif", "init(from: String, to: String) {}",
        ])
    func handwritten(_ initializer: String) {
        let text = Expansion("@Event(\"a.b\") public struct M {\nvar a = make()\n\(initializer)\n}").text
        #expect(text.split(separator: "init").count == 2)
        #expect(diagnostics("var a = make()\n\(initializer)").isEmpty)
    }

    @Test("is written beside the one that decodes, which nobody else can call")
    func decoding() {
        let initializer = "public init(from decoder: any Decoder) throws { a = 1 }"
        #expect(head("let a: Int\n\(initializer)") == "public init(a: Int)")
    }

    @Test("is not written for enums")
    func enums() {
        #expect(!Expansion("@Event(\"a.b\") public enum M { case a(Int) }").text.contains("init("))
    }

    @Test(
        "names the property of a public type that it cannot set, with the way out",
        arguments: [
            (
                "let a: Int\nvar b = make()",
                "3:5 error: the initializer needs the type of 'b': write it behind the name"
            ),
            (
                "#if DEBUG\nlet a: Int\n#endif",
                "3:1 error: a property inside '#if' cannot be a parameter: write the initializer by hand"
            ),
            (
                "var (a, b) = (1, 2)",
                "2:5 error: the initializer needs each property by itself: declare them one by one"
            ),
        ])
    func refused(_ property: String, _ diagnostic: String) {
        #expect(diagnostics(property) == [diagnostic])
        #expect(head(property) == nil)
        #expect(diagnostics(property, of: "package struct M") == [diagnostic])
    }

    @Test(
        "leaves an internal type to the compiler where it cannot do it",
        arguments: [
            "var a = make()", "#if DEBUG\nlet a: Int\n#endif", "var (a, b) = (1, 2)", "private let a: Hidden",
        ])
    func compilers(_ property: String) {
        #expect(diagnostics(property, of: "struct M").isEmpty)
        #expect(head(property, of: "struct M") == nil)
    }
}
