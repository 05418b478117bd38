import ArgumentParser
import RetailServices
import RetailWorld
import Skein
import SkeinCore

/// The components of the shop that run together in one process.
struct ShopPart: Sendable, Hashable {
    /// In the order of the shop.
    let components: [String]
    /// The name of the process on the channel; its file and its log have it too where the shop runs apart.
    let name: String

    /// All components, the customers among them: who places orders comes last, because the others have to be there.
    static let all = [
        "order", "account", "card", "payment", "inventory", "shipping", "customers", placing,
    ]
    /// The component whose process places the orders.
    static let placing = "checkout"
    /// The channel by which the parts talk.
    static let channel = "shop"

    /// One component alone.
    init(component: String) { (components, name) = ([component], component) }

    /// Reads names of components, with commas between.
    ///
    /// - Parameter name: the name of the process; by default the names joined by hyphens.
    /// - Throws: `ValidationError`.
    init(only text: String, name: String?) throws {
        let given = try Self.names(in: text, option: "--only")
        let joined = given.joined(separator: "-")
        if let problem = MessageName.problem(inSegment: name ?? joined) {
            throw ValidationError(
                "'\(name ?? joined)' cannot be the name of a process: \(problem); give another --name")
        }
        components = Self.all.filter(given.contains)
        self.name = name ?? joined
    }

    /// Reads names of components, with commas between, each once.
    ///
    /// - Throws: `ValidationError`.
    static func names(in text: String, option: String) throws -> [String] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        for name in names where !all.contains(name) {
            let known = all.sorted().joined(separator: ", ")
            throw ValidationError("\(option): '\(name)' is no component of the shop; these are: \(known)")
        }
        for (index, name) in names.enumerated() where names[..<index].contains(name) {
            throw ValidationError("\(option): '\(name)' stands there twice")
        }
        return names
    }

    /// Whether its process places the orders.
    var isPlacing: Bool { components.contains(Self.placing) }

    /// What its components ask of the outside world; no other part does.
    var services: Set<WorldService> {
        components.reduce(into: []) { services, component in
            switch component {
            case "card": services.formUnion([.charge, .refund, .mail])
            case "inventory": services.insert(.pick)
            case "shipping": services.insert(.ship)
            case "customers": services.insert(.update)
            default: break
            }
        }
    }

    /// Its components, ready to run.
    func makeComponents(day: Duration, world: ShopWorld) -> [Component] {
        let shop = RetailComponents.all(deadlines: Deadlines(day: day), world: world)
        return (shop + [Customers.component(world: world, day: day)]).filter { components.contains($0.name) }
    }

    /// The components that run elsewhere.
    ///
    /// - Parameter start: where reading their events begins in a new file.
    func remotes(from start: StartingPoint) -> [Remote] {
        Self.all.filter { !components.contains($0) }.map { Remote($0, via: Self.channel, from: start) }
    }
}
