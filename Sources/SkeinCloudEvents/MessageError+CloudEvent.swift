public import SkeinMessages

extension MessageError.Code {
    /// A CloudEvent that breaks a rule of CloudEvents 1.0.
    public static var invalidCloudEvent: MessageError.Code { brokenCloudEvent }
}
