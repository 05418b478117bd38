import Testing

@Suite("what the message macros refuse")
struct MessageDiagnosticsTests {
    /// A wrong attribute on a struct with the properties `paymentID: String`, `amount: Int` and a static one.
    private func diagnostics(_ attribute: String) -> [String] {
        Expansion(
            """
            \(attribute)
            struct M { let paymentID: String; let amount: Int; static let shared = "" }
            """
        ).diagnostics
    }

    @Suite("as a name")
    struct Names {
        @Test("a malformed name, at the argument, with its reason")
        func malformed() {
            #expect(
                Expansion(#"@Event("payment") struct M {}"#).diagnostics == [
                    "1:8 error: 'payment' is not a message name: it has no dot; write component.name"
                ])
            #expect(
                Expansion(#"@Query("a.2b", answer: A.self) enum M {}"#).diagnostics == [
                    "1:8 error: 'a.2b' is not a message name: the segment '2b' must begin with a letter"
                ])
        }

        @Test("anything but a plain literal", arguments: [#""a.\(b)""#, "names.opened", #""a" + ".b""#])
        func nonLiteral(_ argument: String) {
            #expect(
                Expansion("@Event(\(argument)) struct M {}").diagnostics == [
                    "1:8 error: a message name is read while compiling: write a string literal like \"component.name\""
                ])
        }

        @Test("nothing at all", arguments: ["@Event", "@Event()"])
        func missing(_ attribute: String) {
            #expect(
                Expansion("\(attribute) struct M {}").diagnostics == [
                    "1:1 error: a message needs its name: write @Event(\"component.name\")"
                ])
        }

        @Test("but raw literals and escapes are read")
        func otherLiterals() {
            #expect(Expansion(##"@Event(#"a.b"#) struct M {}"##).diagnostics.isEmpty)
            #expect(Expansion(#"@Event("a\u{2E}b") struct M {}"#).diagnostics.isEmpty)
        }

        @Test("and the type conforms all the same, so that no second error hides the first")
        func stillConforms() {
            let expansion = Expansion("@Event(names.opened) struct M {}")
            #expect(expansion.text.contains("static let name: SkeinCore.MessageName = \"\""))
            #expect(expansion.text.contains("extension M: SkeinCore.Event"))
        }
    }

    @Suite("as a version")
    struct Versions {
        @Test(
            "a malformed one, with the version that was meant as a fix-it",
            arguments: [
                ("1.2", "it has 2 parts; write three numbers like 1.2.3", "1.2.0"),
                ("1", "it has 1 part; write three numbers like 1.2.3", "1.0.0"),
                ("01.2.3", "the number 01 has a leading zero", "1.2.3"),
                ("1.2.3-beta", "it may hold only digits and dots; write three numbers like 1.2.3", "1.2.3"),
                ("1.2.70000", "the number 70000 is above 65535", "1.2.70000"),
                ("1.2.", "a number is missing; write three numbers like 1.2.3", "1.2."),
                ("", "it is empty; write three numbers like 1.2.3", ""),
            ])
        func malformed(_ version: String, _ problem: String, _ fixed: String) {
            let expansion = Expansion("@Event(\"a.b\", version: \"\(version)\") struct M {}")
            #expect(expansion.diagnostics == ["1:24 error: '\(version)' is not a schema version: \(problem)"])
            #expect(expansion.fixed == "@Event(\"a.b\", version: \"\(fixed)\") struct M {}")
        }

        @Test("anything but a plain literal")
        func nonLiteral() {
            #expect(
                Expansion("@Event(\"a.b\", version: current) struct M {}").diagnostics == [
                    "1:24 error: a version is read while compiling: write a string literal like \"1.2.3\""
                ])
        }
    }

    @Test("a subject that is no property in the body")
    func unknownSubject() {
        #expect(
            diagnostics(#"@Event("a.b", subject: \.order)"#) == [
                "1:26 error: 'order' is not a property in the body of M"
            ])
        #expect(
            diagnostics(#"@Event("a.b", subject: \.shared)"#) == [
                "1:26 error: 'shared' is not a property in the body of M"
            ])
    }

    @Test("a misspelt subject, with the right spelling as a fix-it")
    func misspeltSubject() {
        let expansion = Expansion(#"@Event("a.b", subject: \.paymentId) struct M { let paymentID: String }"#)
        #expect(
            expansion.diagnostics == [
                "1:26 error: 'paymentId' is not a property in the body of M; did you mean 'paymentID'?"
            ])
        #expect(expansion.fixed == #"@Event("a.b", subject: \.paymentID) struct M { let paymentID: String }"#)
    }

    @Test("a subject that is not a String, with the way out")
    func wrongType() {
        #expect(
            diagnostics(#"@Event("a.b", subject: \.amount)"#) == [
                "1:26 error: 'amount' is of type 'Int', and a subject is a String: write 'var subject: String? { … }' "
                    + "in the body and make text of it there"
            ])
    }

    @Test(
        "a subject that is no key path to one property",
        arguments: [
            (
                #"\.payment.id"#,
                "is one property of the message; for anything else write 'var subject: String? { … }' in its body"
            ),
            (
                #"\.[0]"#,
                "is one property of the message; for anything else write 'var subject: String? { … }' in its body"
            ),
            ("paymentID", "is a key path to a property of the message: write subject: \\.orderID"),
            ("\"paymentID\"", "is a key path to a property of the message: write subject: \\.paymentID"),
            ("\"paymentId\"", "is a key path to a property of the message: write subject: \\.paymentID"),
            ("\"\"", "is a key path to a property of the message: write subject: \\.orderID"),
            ("nil", "is a key path to a property of the message: write subject: \\.orderID"),
        ])
    func wrongPath(_ path: String, _ problem: String) {
        #expect(diagnostics("@Event(\"a.b\", subject: \(path))") == ["1:24 error: the subject \(problem)"])
    }

    @Test("a subject that is written as text, with the key path as a fix-it")
    func textualSubject() {
        let expansion = Expansion(#"@Event("a.b", subject: "paymentID") struct M { let paymentID: String }"#)
        #expect(expansion.fixed == #"@Event("a.b", subject: \.paymentID) struct M { let paymentID: String }"#)
    }

    @Test("a property called subject as its own source")
    func ownSubject() {
        #expect(
            Expansion(#"@Event("a.b", subject: \.subject) struct M { let subject: String }"#).diagnostics == [
                "1:26 error: 'subject' cannot be taken from itself: declare it 'String?' and leave the argument out, "
                    + "or give the property another name"
            ])
    }

    @Test("a subject of type String is warned of, since it would silently order nothing")
    func subjectThatIsNone() {
        let expansion = Expansion(#"@Event("a.b") struct M { let subject: String }"#)
        #expect(
            expansion.diagnostics == [
                "1:39 warning: 'subject' is not the ordering key: for that it must have the type 'String?'"
            ])
        #expect(expansion.fixed == #"@Event("a.b") struct M { let subject: String? }"#)
    }

    @Test("an audience that is neither named nor a literal, or is empty")
    func audience() {
        #expect(
            diagnostics(#"@Event("a.b", audience: audience(1))"#) == [
                "1:25 error: an audience is one of the named ones, like .todo, or a string literal"
            ])
        #expect(
            diagnostics(#"@Event("a.b", audience: "")"#) == [
                "1:25 error: an audience cannot be empty: leave the argument out for .domain"
            ])
        #expect(diagnostics(#"@Event("a.b", audience: Audience.todo)"#).isEmpty)
    }

    @Test("an answer that is no type, is missing, or is there twice")
    func answer() {
        #expect(
            diagnostics(#"@Query("a.b", answer: Balance)"#) == [
                "1:23 error: the answer of a query is a type: write answer: SomeDocument.self"
            ])
        #expect(
            diagnostics(#"@Query("a.b")"#) == [
                "1:1 error: a query needs the type of its answer: write answer: SomeDocument.self, or declare a type "
                    + "'Answer' inside"
            ])
        #expect(
            Expansion(#"@Query("a.b", answer: B.self) struct M { struct Answer {} }"#).diagnostics == [
                "1:49 error: @Query writes 'Answer' too: remove it here or the argument 'answer:'"
            ])
    }

    @Test("several mistakes at once, each at its place")
    func several() {
        #expect(diagnostics(#"@Event("a", version: "1", subject: \.amount, audience: "")"#).count == 4)
    }
}
