import SwiftDiagnostics
import SwiftSyntax

/// The memberwise initializer of a message, with the access of its type.
///
/// Swift writes one too, but never a public one, and without `nil` for constants. So a type that no other module sees
/// falls back to Swift's where this one cannot be written; for a type that others see that is an error, since nobody
/// there could make such a message.
struct MemberwiseInitializer {
    /// The declaration; `nil` where the body has an initializer, and where Swift's has to do.
    private(set) var member: String?
    private(set) var diagnostics: [Diagnostic] = []

    /// - Parameter access: the access modifier of the initializer, with a space behind it, or nothing.
    init(of type: StructDeclSyntax, access: String) {
        guard !type.declaresInitializer else { return }
        do throws(StructDeclSyntax.Unreadable) {
            write(try type.storedProperties(), access)
        } catch {
            let text =
                switch error.reason {
                case .condition: "a property inside '#if' cannot be a parameter: write the initializer by hand"
                case .pattern: "the initializer needs each property by itself: declare them one by one"
                }
            diagnostics = access.isEmpty ? [] : [Problem(.initializer, text).at(error.place)]
        }
    }

    private mutating func write(_ properties: [StoredProperty], _ access: String) {
        // A hidden property may be of a hidden type, which an initializer that others see cannot mention.
        let settable = properties.filter { !($0.isHidden && $0.value != nil) }
        guard !access.isEmpty || !settable.contains(where: \.isHidden) else { return }
        var parameters: [String] = []
        for property in settable {
            if let type = property.type {
                parameters.append(property.parameter(of: type))
            } else if !access.isEmpty {
                diagnostics.append(
                    Problem(
                        .initializer,
                        "the initializer needs the type of '\(property.name.plainText)': write it behind the name"
                    ).at(property.name))
            }
        }
        guard parameters.count == settable.count else { return }
        let body = settable.map { "    self.\($0.name.text) = \($0.name.text)\n" }.joined()
        member = "\(access)init(\(parameters.joined(separator: ", "))) {\n\(body)}"
    }
}

extension StructDeclSyntax {
    /// Whether the body has an initializer other than the one that decodes.
    fileprivate var declaresInitializer: Bool {
        allMembers.contains { member in
            guard let initializer = member.as(InitializerDeclSyntax.self) else { return false }
            let parameters = initializer.signature.parameterClause.parameters
            return parameters.count != 1 || parameters.first?.firstName.text != "from"
        }
    }
}
