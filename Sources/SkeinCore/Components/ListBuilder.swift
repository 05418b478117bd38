/// Collects what stands in a closure, one item a line, into a list: the parts of a ``Component``, the arms of a wait,
/// the replies to a command. `if`, `switch` and `for` may stand in it too.
@resultBuilder
public enum ListBuilder<Element> {
    public static func buildExpression(_ element: Element) -> [Element] { [element] }
    public static func buildExpression(_ elements: [Element]) -> [Element] { elements }
    public static func buildBlock(_ lists: [Element]...) -> [Element] { lists.flatMap { $0 } }
    public static func buildOptional(_ list: [Element]?) -> [Element] { list ?? [] }
    public static func buildEither(first list: [Element]) -> [Element] { list }
    public static func buildEither(second list: [Element]) -> [Element] { list }
    public static func buildArray(_ lists: [[Element]]) -> [Element] { lists.flatMap { $0 } }
}
