import SkeinCore
import SkeinTesting
import Testing

private struct Stranger: ComponentPart {}

@Suite("A part of a component that is of no known kind")
struct UnknownPartTests {
    @Test("is refused by name, with what to do instead")
    func refused() {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try Runtime(store: MemoryStore(), components: [Component("desk") { Stranger() }])
        }
        #expect(error?.description.contains("'Stranger' is no part of a component") == true)
        #expect(error?.description.contains("HandlerGroup") == true)
    }
}
