import Testing

@Suite("what @Handlers writes")
struct HandlersExpansionTests {
    @Test("a registration for each marked method, in their order, and nothing for the others")
    func group() {
        let expansion = Expansion(
            """
            @Handlers struct CardService {
                let gateway: Gateway
                @Handles func charge(_ command: ChargeCard, _ context: HandlerContext) async throws {}
                func helper(_ command: ChargeCard) {}
                @Handles(since: "2.0.0") func failed(_ event: CardFailed) async throws {}
            }
            """)
        #expect(expansion.diagnostics.isEmpty)
        #expect(
            expansion.text == """
                struct CardService {
                    let gateway: Gateway
                    func charge(_ command: ChargeCard, _ context: HandlerContext) async throws {}
                    func helper(_ command: ChargeCard) {}
                    func failed(_ event: CardFailed) async throws {}
                }

                extension CardService: SkeinCore.HandlerGroup {
                    var handlers: [any SkeinCore.ComponentPart] {
                        [
                            SkeinCore.Handle(ChargeCard.self) { message, context in
                                try await self.charge(message, context)
                            },
                            SkeinCore.Handle(CardFailed.self, since: "2.0.0") { message, _ in
                                try await self.failed(message)
                            },
                        ]
                    }
                }
                """)
    }

    @Test(
        "a call with the labels and effects of the method",
        arguments: [
            ("func f(_ m: M)", "{ message, _ in self.f(message) }"),
            ("func f(m: M) throws", "{ message, _ in try self.f(m: message) }"),
            ("func f(with m: M) async", "{ message, _ in await self.f(with: message) }"),
            ("func f(_ m: M, in c: HandlerContext)", "{ message, context in self.f(message, in: context) }"),
            ("func f(_ m: M, c: SkeinCore.HandlerContext)", "{ message, context in self.f(message, c: context) }"),
            ("func f(_ m: M) throws(E)", "{ message, _ in try self.f(message) }"),
            ("func f(_ m: borrowing M) -> Void", "{ message, _ in self.f(message) }"),
            ("@MainActor func f(_ m: M)", "{ message, _ in await self.f(message) }"),
            ("private func `repeat`(_ m: M)", "{ message, _ in self.`repeat`(message) }"),
        ])
    func calls(_ method: String, _ closure: String) {
        let expansion = Expansion("@Handlers struct S { @Handles \(method) {} }")
        #expect(expansion.diagnostics.isEmpty)
        let text = expansion.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("SkeinCore.Handle(M.self) \(closure),"))
    }

    @Test("message types as they are spelt", arguments: ["Cards.Charge", "Reply<Card>", "Cards.Reply<Card>"])
    func messageTypes(_ type: String) {
        let expansion = Expansion("@Handlers struct S { @Handles func f(_ m: \(type)) {} }")
        #expect(expansion.diagnostics.isEmpty)
        #expect(expansion.text.contains("SkeinCore.Handle(\(type).self)"))
    }

    @Test(
        "members with the access level of the type",
        arguments: [
            ("public struct", "public var"), ("package struct", "package var"), ("struct", "    var"),
            ("private struct", "    var"), ("public final class", "public var"),
        ])
    func access(_ type: String, _ member: String) {
        let expansion = Expansion("@Handlers \(type) S { @Handles func f(_ m: M) {} }")
        #expect(expansion.text.contains("\(member) handlers: [any SkeinCore.ComponentPart]"))
    }

    @Test("groups of generic types and of classes that are Sendable")
    func types() {
        for type in [
            "struct S<G: Gateway>", "final class S", "class S: @unchecked Sendable", "class S: Base, Sendable",
        ] {
            let expansion = Expansion("@Handlers \(type) { @Handles func f(_ m: M) {} }")
            #expect(expansion.diagnostics.isEmpty, "\(type)")
            #expect(expansion.text.contains("extension S: SkeinCore.HandlerGroup"))
        }
    }

    @Test("two handlers of one type that begin at different versions")
    func versions() {
        let expansion = Expansion(
            """
            @Handlers struct S {
                @Handles(since: "1.0.0") func old(_ m: M) {}
                @Handles(since: "2.0.0") func new(_ m: M) {}
            }
            """)
        #expect(expansion.diagnostics.isEmpty)
        #expect(expansion.text.split(separator: "SkeinCore.Handle(M.self").count == 3)
    }

    @Test("a condition as it was written, which also tells two handlers of one type apart")
    func conditions() {
        let expansion = Expansion(
            """
            @Handlers struct S {
                @Handles(where: { $0.context.user == nil }) func f(_ m: M) {}
                @Handles(since: "2.0.0", where: isLarge) func g(_ m: M) {}
                @Handles(since: "2.0.0", where: { !isLarge($0) }) func h(_ m: M) {}
            }
            """)
        #expect(expansion.diagnostics.isEmpty)
        let text = expansion.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("where: { $0.context.user == nil }) { message, _ in self.f(message) },"))
        #expect(text.contains("since: \"2.0.0\", where: isLarge) { message, _ in self.g(message) },"))
        #expect(text.contains("since: \"2.0.0\", where: { !isLarge($0) }) { message, _ in self.h(message) },"))
    }
}
