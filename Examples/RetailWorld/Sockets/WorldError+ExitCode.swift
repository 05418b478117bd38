extension WorldError {
    /// What the process of a world ends with, as in `sysexits.h`.
    public var exitCode: Int32 {
        switch code {
        case .damaged: 66
        case .full: 73
        case .owned: 75
        default: 71
        }
    }
}
