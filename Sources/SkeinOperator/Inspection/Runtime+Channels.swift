public import SkeinCore
public import SkeinStorage

extension Runtime {
    /// How each channel of this process stands at this moment, in the order in which the channels were given: for the
    /// health check of a service.
    ///
    /// ```swift
    /// let isConnected = runtime.channels().allSatisfy { $0.sending.state == .connected && $0.problem == nil }
    /// ```
    ///
    /// Tools of other processes read the copy in the store (``StoreInspector/channels()``), whose counts are up to ten
    /// seconds old.
    public func channels() -> [ChannelReport] { channelReports }
}
