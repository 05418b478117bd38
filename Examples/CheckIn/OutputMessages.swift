public import SkeinMacros

/// Sends a boarding pass to its traveller.
@Command("output.sendBoardingPass", subject: \.bookingID)
public struct SendBoardingPass: Hashable {
    public var bookingID: String
    public var traveller: String
    public var barcode: String
}

/// The traveller has the boarding pass.
@Event("output.boardingPassSent", subject: \.bookingID)
public struct BoardingPassSent: Hashable {
    public var bookingID: String
}
