import SkeinOperator
import ArgumentParser
import SkeinCore
import SkeinSQLite

/// An instance as it is named on the command line: by its number, by its address, or by process and key where only one
/// component has such an instance.
enum InstanceName: Equatable {
    case id(InstanceID)
    case address(InstanceAddress)
    case process(String, key: String)

    static let help = ArgumentHelp("The instance: its number, or component/process/key.", valueName: "instance")

    init(argument text: String) throws {
        if let id = InstanceID(text), id >= 1 {
            self = .id(id)
        } else if let address = InstanceAddress(text) {
            self = .address(address)
        } else {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError(
                    "write the number of an instance, 1 or more, or its address: component/process/key, such as "
                        + "payment/payment/4711, or process/key where that is clear")
            }
            self = .process(String(parts[0]), key: String(parts[1]))
        }
    }

    /// Finds out which instance is meant.
    ///
    /// - Throws: `ActionError` when there is none with the address, or more than one with the process and key. A
    ///   number is not looked up.
    func id(in inspector: StoreInspector, _ options: StoreOptions) throws -> InstanceID {
        switch self {
        case .id(let id): return id
        case .address(let address):
            guard let id = try inspector.instanceID(of: address) else {
                throw ActionError(
                    .unknownInstance,
                    "there is no instance '\(address)' (component/process/key) in \(inspector.path)"
                        + Self.hint(address.key, options))
            }
            return id
        case .process(let process, let key):
            let found = try inspector.instances(process: process, key: key)
            if found.count == 1 { return found[0].id }
            guard !found.isEmpty else {
                throw ActionError(
                    .unknownInstance,
                    "there is no instance with the process '\(process)' and the key '\(key)' in \(inspector.path)"
                        + Self.hint(key, options))
            }
            let addresses = found.map { "\($0.component)/\($0.process)/\($0.key)" }
            throw ActionError(
                .ambiguousInstance,
                "'\(process)/\(key)' may be \(addresses.joined(separator: " or ")); write one of these")
        }
    }

    private static func hint(_ key: String, _ options: StoreOptions) -> String {
        "; look for its key: skein instances --key \(key.shellWord)\(options.words)"
    }
}

extension StoreOptions {
    /// The same for the one store of a folder that has an instance; for a single store just the same.
    func narrowed(to name: InstanceName) throws -> StoreOptions {
        try narrowed(to: "instance \(name)", (.unknownInstance, .ambiguousInstance)) { inspector in
            switch name {
            case .id(let id): try inspector.hasInstance(id)
            case .address(let address): try inspector.instanceID(of: address) != nil
            case .process(let process, let key): try !inspector.instances(process: process, key: key).isEmpty
            }
        }
    }
}

extension InstanceName: CustomStringConvertible {
    /// As it was written.
    var description: String {
        switch self {
        case .id(let id): "\(id)"
        case .address(let address): "\(address)"
        case .process(let process, let key): "\(process)/\(key)"
        }
    }
}

extension OperatorDesk {
    /// Does the same to several instances, one by one.
    func perform(on names: [InstanceName], _ action: @escaping (InstanceID) -> OperatorAction) throws {
        try perform(names.map { name in { try self.step(for: name, action) } })
    }

    /// An action on an instance, on the store that has it.
    func step(for name: InstanceName, _ action: (InstanceID) -> OperatorAction) throws -> Step {
        let options = try options.narrowed(to: name)
        let desk = OperatorDesk(options: options)
        if case .id(let id) = name { return Step(desk: desk, action: action(id)) }
        let inspector = try options.inspector()
        defer { inspector.close() }
        return Step(desk: desk, action: action(try name.id(in: inspector, options)))
    }
}
