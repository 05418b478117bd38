#if os(Linux)
import ChildPrograms
import Foundation
import Testing

/// What the compiler says is part of what a reader of a macro meets; the macro alone decides only in its own tests.
@Suite("The subject of a message macro", .fewAtATime)
struct SubjectFormTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func errors(of attributes: [String]) throws -> [String] {
        let messages = attributes.enumerated().map { "\($1) struct M\($0) { let day: String; let hour: Int }" }
        let source = (["import SkeinMacros", "@Document(\"a.z\") struct Z {}"] + messages).joined(separator: "\n")
        let result = try TypeCheck.run(source, in: folder)
        return result.output.split(separator: "\n").filter { $0.contains("use.swift:") && $0.contains(" error: ") }
            .map(String.init)
    }

    @Test("written as a key path is taken by all of them")
    func right() throws {
        let errors = try errors(of: [
            #"@Event("a.a", subject: \.day)"#, #"@Command("a.b", version: "1.0.0", subject: \.day)"#,
            #"@Query("a.c", answer: Z.self, subject: \.day)"#, #"@Document("a.d", subject: \.day)"#,
            #"@Event("a.e", subject: \.day, audience: .todo)"#, #"@Event("a.f")"#,
        ])
        #expect(errors == [])
    }

    @Test("written as text gets the key path, from all of them")
    func text() throws {
        let errors = try errors(of: [
            #"@Event("a.a", subject: "day")"#, #"@Command("a.b", version: "1.0.0", subject: "days")"#,
            #"@Query("a.c", answer: Z.self, subject: "day")"#, #"@Document("a.d", subject: "day")"#,
            #"@Event("a.e", subject: "day", audience: .todo)"#,
        ])
        #expect(errors.count == 5)
        let way = #"the subject is a key path to a property of the message: write subject: \.day"#
        for error in errors { #expect(error.contains(way)) }
    }

    @Test("without its backslash is no member of a type that says what it is")
    func member() throws {
        let errors = try errors(of: [#"@Event("a.a", subject: .day)"#, #"@Document("a.b", subject: .day)"#])
        #expect(errors.count == 2)
        for error in errors { #expect(error.contains("type 'SubjectKeyPath?'")) }
    }

    @Test("that is missing or no text is named")
    func property() throws {
        let errors = try errors(of: [#"@Event("a.a", subject: \.days)"#, #"@Event("a.b", subject: \.hour)"#])
        #expect(errors.count == 2)
        #expect(errors.first?.contains("'days' is not a property in the body of M0; did you mean 'day'?") == true)
        #expect(errors.last?.contains("'hour' is of type 'Int', and a subject is a String") == true)
    }
}
#endif
