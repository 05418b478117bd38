public import SkeinMacros

/// Asks for a barcode; the same key asks for the same one.
@Command("barcode.generate", subject: \.bookingID)
public struct GenerateBarcode: Hashable {
    /// The booking in question.
    public var bookingID: String
    /// The same for every request of one check-in.
    public var idempotencyKey: String

    public init(bookingID: String, idempotencyKey: String) {
        (self.bookingID, self.idempotencyKey) = (bookingID, idempotencyKey)
    }
}

/// The barcode is there.
@Event("barcode.generated", subject: \.bookingID)
public struct BarcodeGenerated: Hashable {
    /// The booking in question.
    public var bookingID: String
    /// What the gate reads.
    public var barcode: String

    public init(bookingID: String, barcode: String) {
        (self.bookingID, self.barcode) = (bookingID, barcode)
    }
}

/// There will be no barcode.
@Event("barcode.failed", subject: \.bookingID)
public struct BarcodeFailed: Hashable {
    /// The booking in question.
    public var bookingID: String
    /// In words, for people.
    public var reason: String

    public init(bookingID: String, reason: String) {
        (self.bookingID, self.reason) = (bookingID, reason)
    }
}
