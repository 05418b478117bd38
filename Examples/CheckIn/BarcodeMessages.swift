public import SkeinMacros

/// Asks for a barcode; the same key asks for the same one.
@Command("barcode.generate", subject: \.bookingID)
public struct GenerateBarcode: Hashable {
    public var bookingID: String
    /// The same for every request of one check-in.
    public var idempotencyKey: String
}

/// The barcode is there.
@Event("barcode.generated", subject: \.bookingID)
public struct BarcodeGenerated: Hashable {
    public var bookingID: String
    public var barcode: String
}

/// There will be no barcode.
@Event("barcode.failed", subject: \.bookingID)
public struct BarcodeFailed: Hashable {
    public var bookingID: String
    public var reason: String
}
