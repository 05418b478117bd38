/// Who ordered, and where the goods go.
public struct Customer: Codable, Hashable, Sendable {
    /// The name, which is also the id of the customer's account.
    public var name: String
    public var address: String
    /// Whether the customer gets an invoice later instead of paying first; left out where the answer is no.
    public var isVIP: Bool?

    public init(name: String, address: String, isVIP: Bool? = nil) {
        (self.name, self.address, self.isVIP) = (name, address, isVIP)
    }
}

/// A number of one article.
public struct OrderItem: Codable, Hashable, Sendable {
    public var articleID: String
    public var amount: Int

    public init(articleID: String, amount: Int) {
        (self.articleID, self.amount) = (articleID, amount)
    }
}
