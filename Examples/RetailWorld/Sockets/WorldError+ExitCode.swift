extension WorldError {
    /// The exit code of a world that ends with this error, as in `sysexits.h`.
    public var exitCode: Int32 {
        switch code {
        case .damaged: 66
        case .full: 73
        case .owned: 75
        default: 71
        }
    }
}
