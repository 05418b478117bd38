public import SkeinMacros

/// Sends a boarding pass to its traveller.
@Command("output.sendBoardingPass", subject: \.bookingID)
public struct SendBoardingPass: Hashable {
    /// The booking in question.
    public var bookingID: String
    /// To whom the boarding pass belongs.
    public var traveller: String
    /// What the gate reads.
    public var barcode: String

    public init(bookingID: String, traveller: String, barcode: String) {
        (self.bookingID, self.traveller, self.barcode) = (bookingID, traveller, barcode)
    }
}

/// The traveller has the boarding pass.
@Event("output.boardingPassSent", subject: \.bookingID)
public struct BoardingPassSent: Hashable {
    /// The booking in question.
    public var bookingID: String

    public init(bookingID: String) {
        self.bookingID = bookingID
    }
}
