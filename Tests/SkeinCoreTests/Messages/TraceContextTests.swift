import SkeinCore
import SkeinTesting
import Testing

@Suite("Trace contexts")
struct TraceContextTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let span = "b7ad6b7169203331"

    @Test("are read from a traceparent header and written back", arguments: ["00", "01", "ff"])
    func reading(flags: String) throws {
        let header = "00-\(Self.trace)-\(Self.span)-\(flags)"
        let context = try TraceContext(parent: header, state: "a=b")
        #expect(context.traceID == Self.trace && context.parentID == Self.span && context.state == "a=b")
        #expect(context.parent == header)
    }

    @Test("of a later version are read by their first four fields and written in ours")
    func laterVersion() throws {
        let context = try TraceContext(parent: "cc-\(Self.trace)-\(Self.span)-01-what-ever")
        #expect(context.parent == "00-\(Self.trace)-\(Self.span)-01")
    }

    @Test(
        "are refused when the header is malformed, naming it",
        arguments: [
            "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-01-more", "ff-\(trace)-\(span)-01",
            "0-\(trace)-\(span)-01", "00-\(trace)-\(span)-1", "00-\(trace)-\(span)-0g",
            "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-\(span)-01", "00-\(trace)0-\(span)-01", "00-\(trace)-\(span)-01 ",
        ])
    func refusing(header: String) throws {
        let error = try #require(throws: MessageError.self) { try TraceContext(parent: header) }
        #expect(error.code == .invalidTraceContext && error.message.contains("'\(header)'"))
    }

    @Test("pass trace, flags and state on to a child with a span of its own")
    func child() throws {
        let parent = try TraceContext(parent: "00-\(Self.trace)-\(Self.span)-00", state: "a=b")
        let child = parent.child(span: 255)
        #expect(child.parent == "00-\(Self.trace)-00000000000000ff-00" && child.state == "a=b")
    }

    @Test("made from any randomness can be read, even from zero")
    func random() throws {
        #expect(try TraceContext(parent: TraceContext(random: (0, 0), span: 0).parent).flags == 1)
        forAll { random in
            let context = TraceContext(random: (random.next(), random.next()), span: random.next())
            try #require(try TraceContext(parent: context.parent) == context)
        }
    }
}
