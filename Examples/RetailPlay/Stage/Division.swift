/// How the components of a play are divided into processes.
public enum Division: Hashable, Sendable {
    /// All in one process.
    case together
    /// One component in a process of its own, the others together in another one.
    case oneApart(String)
    /// Each component in a process of its own.
    case allApart

    /// The components of each process; those that are together keep their order.
    func groups<Part>(of components: [Part], named name: (Part) -> String) -> [[Part]] {
        switch self {
        case .together: return [components]
        case .oneApart(let single):
            let groups = [components.filter { name($0) != single }, components.filter { name($0) == single }]
            return groups.filter { !$0.isEmpty }
        case .allApart: return components.map { [$0] }
        }
    }
}
