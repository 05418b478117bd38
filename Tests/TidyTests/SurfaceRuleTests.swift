import Testing

/// The rules about what other packages see, each seen to fail on a bad snippet and to pass a good one.
@Suite("The rules of the surface")
struct SurfaceRuleTests {
    private func names(_ text: String) -> [String] {
        DeclarationScanner.declarations(in: SourceFile("Sources/SkeinCore/Snippet.swift", text)).map {
            "\($0.keyword) \($0.name)"
        }
    }

    @Test("find what is public, and nothing else")
    func declarations() {
        let text = """
            import A
            public struct B<C: D>: E where C: F {
                public private(set) var g = 1
                var h: Int { let i = 1; return i }
                package func j() {}
                @discardableResult public static func k(
                    _ l: Int = { 1 }()
                ) -> Int { 1 }
                public init?(m: Int) { nil }
                public static func == (left: B, right: B) -> Bool { true }
                // public var n = 1
                public enum O { case p, q }
            }
            public protocol R:
                S
            {
                associatedtype T
                func u()
            }
            protocol V { func w() }
            extension B {
                public func x() { struct Y { var public: Int } }
            }
            func z() {}
            """
        #expect(
            names(text) == [
                "struct B", "var g", "func k", "init m", "func ==", "enum O", "protocol R", "associatedtype T",
                "func u",
                "func x",
            ])
    }

    private let files = [
        SourceFile(
            "Sources/SkeinCore/Shape.swift",
            """
            public protocol Shape {
                var area: Int { get }
            }
            extension Shape { public var area: Int { 1 } }
            public struct Square: Shape {
                public let side: Int
                public var area: Int { side * side }
                public init(side: Int) { self.side = side }
                public func encode(to encoder: any Encoder) throws {}
                @_documentation(visibility: internal)
                public func notShown() {}
            }
            """),
        SourceFile(
            "Sources/SkeinCore/Round.swift",
            "public protocol Round: Shape {}\nextension Round {\n    public var area: Int { 3 }\n}"),
        SourceFile("Sources/SkeinSQLite/Table.swift", "public struct Table: Rows {\n    public func read() {}\n}"),
        SourceFile("Sources/SkeinCore/Bare.swift", "@_spi(B)\npublic struct Bare {\n    public func bare() {}\n}"),
        SourceFile("Sources/SkeinStorage/Rows.swift", "public protocol Rows {\n    func read()\n}"),
        SourceFile("Sources/SkeinOperator/Tool.swift", "public struct Tool {}"),
    ]

    @Test("count what a user may write, in the modules that come with `import Skein`")
    func counting() {
        let counted = SurfaceRule.surface(files).map { "\($0.declaration.keyword) \($0.declaration.name)" }
        #expect(
            counted == [
                "protocol Shape", "var area", "struct Square", "var side", "init side", "protocol Round",
                "struct Table",
            ])
    }

    @Test("refuse a public declaration above the ceiling, and say where most are")
    func ceiling() {
        #expect(SurfaceRule.check(files, ceiling: 7).isEmpty)
        let violations = SurfaceRule.check(files, ceiling: 6)
        #expect(violations.count == 1)
        #expect(violations.first?.message.contains("shows 7 public declarations; at most 6") == true)
        #expect(violations.first?.message.contains("Sources/SkeinCore/Shape.swift (5)") == true)
    }

    @Test(
        "refuse a public type in the file of another one",
        arguments: [
            ("Square.swift", "public struct Square {}", 0), ("Square+Edge.swift", "public struct Square {}", 0),
            ("Square.swift", "public struct Square {\n    public struct Edge {}\n}", 0),
            ("Square+Edge.swift", "extension Square {\n    public struct Edge {}\n}", 0),
            ("Square.swift", "extension Square.Edge {\n    public struct End {}\n}", 0),
            ("Square.swift", "public enum SquareBuilder {}", 0), ("Square.swift", "struct Circle {}", 0),
            ("Square.swift", "public struct Circle {}", 1), ("Square+Edge.swift", "\npublic enum Circle {}", 2),
            ("Square.swift", "extension Circle {\n    public struct Edge {}\n}", 2),
        ])
    func files(name: String, text: String, line: Int) {
        let violations = FileNameRule.check(SourceFile("Sources/SkeinCore/Shapes/\(name)", text))
        #expect(violations.map(\.line) == (line == 0 ? [] : [line]))
    }
}
