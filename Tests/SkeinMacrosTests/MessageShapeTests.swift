import Foundation
import Testing

@Suite("types that cannot be messages")
struct MessageShapeTests {
    @Test(
        "are all but structs and enums, and nothing is written for them",
        arguments: [
            ("class M {}", "a message is a value, and a class is shared by reference"),
            ("actor M {}", "a message is a value, and an actor is shared by reference"),
            ("extension M {}", "write it at the declaration of the type"),
            ("protocol M {}", "only a concrete type has values that can travel"),
        ])
    func forms(_ type: String, _ reason: String) {
        let expansion = Expansion("@Event(\"a.b\") \(type)")
        #expect(
            expansion.diagnostics == ["1:15 error: @Event can be attached only to a struct or an enum: \(reason)"])
        #expect(!expansion.text.contains("SkeinCore"))
    }

    @Test("are generic ones, at their parameters")
    func generics() {
        let expansion = Expansion("@Command(\"a.b\") struct M<T> { let value: T }")
        #expect(
            expansion.diagnostics == [
                "1:25 error: @Command cannot be attached to a generic type: one name stands for one payload; write a "
                    + "type of its own for each message"
            ])
        #expect(!expansion.text.contains("SkeinCore"))
    }

    @Test("are types inside generic ones")
    func insideGenerics() {
        #expect(
            Expansion("struct Outer<T> { @Command(\"a.b\") struct M {} }").diagnostics == [
                "1:19 error: @Command cannot be attached to a type inside a generic one: one name stands for one "
                    + "payload; write a type of its own for each message"
            ])
    }

    @Test("are those that conform to another kind", arguments: ["Command", "SkeinCore.Command"])
    func otherConformance(_ kind: String) {
        #expect(
            Expansion("@Event(\"a.b\") struct M: Hashable, \(kind) {}").diagnostics == [
                "1:35 error: a message has one kind, and @Event says otherwise: remove 'Command' or write @Command"
            ])
    }

    @Test("are those with two attributes; the second is reported")
    func twoKinds() {
        let expansion = Expansion("@Event(\"a.b\") @Document(\"a.c\") struct M {}")
        #expect(expansion.diagnostics == ["1:15 error: a message has one kind: keep either @Event or @Document"])
        #expect(expansion.text.contains("SkeinCore.Event"))
        #expect(!expansion.text.contains("SkeinCore.Document"))
    }

    @Test(
        "are those that declare by hand what the attribute states; the hand-written member stays",
        arguments: [
            ("static let name: MessageName = \"a.c\"", "name", "here or the attribute"),
            ("static var version: SchemaVersion { \"1.0.0\" }", "version", "here or the argument 'version:'"),
            ("static let audience = Audience.todo", "audience", "here or the argument 'audience:'"),
            ("var subject: String? { \"x\" }", "subject", "here or the argument 'subject:'"),
        ])
    func duplicates(_ member: String, _ name: String, _ place: String) {
        let expansion = Expansion(
            """
            @Event("a.b", version: "1.2.3", subject: \\.id, audience: .todo)
            struct M { let id: String
            \(member)
            }
            """)
        let column = (member.range(of: name)?.lowerBound.utf16Offset(in: member) ?? 0) + 1
        #expect(
            expansion.diagnostics == ["3:\(column) error: @Event writes '\(name)' too: remove it \(place)"])
        #expect(expansion.text.contains(member))
    }

    @Test("are enums with a case called like a static member that is written")
    func enumCase() {
        #expect(
            Expansion("@Event(\"a.b\") enum M { case name }").diagnostics == [
                "1:29 error: @Event writes 'name' too: remove it here or the attribute"
            ])
    }
}
