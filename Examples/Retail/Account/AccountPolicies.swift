import Skein

/// What accounts do about the events of others, in the choreography.
enum AccountPolicies {
    static var parts: [any ComponentPart] {
        [
            Policy("whenever an order is placed, find the customer's account", on: OrderPlaced.self) {
                VerifyOrCreateAccount(name: $0.customer.name)
            }
        ]
    }
}
