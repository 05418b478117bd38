/// The outside system that makes barcodes.
///
/// **Contract**
/// 1. Asked again with a key that it has seen, it answers with the same barcode.
/// 2. Whatever it throws is a failure of the technique, after which it may be asked again.
public protocol BarcodeGenerator: Sendable {
    /// Makes the barcode of a boarding pass.
    func barcode(for bookingID: String, flight: String, key: String) async throws -> String
}

/// The outside system that gets documents to travellers.
public protocol OutputManagement: Sendable {
    /// Delivers a boarding pass, once for each key.
    func deliver(_ barcode: String, to traveller: String, key: String) async throws
}
