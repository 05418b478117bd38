import SkeinMessages

extension StoreError {
    /// The code with which a program ends for this error, as in `sysexits.h`: 66 for a file that is no usable store, 69
    /// for one of a newer version, 71 and 73 for limits and failures of the system, 75 where another try may succeed,
    /// and 70 for all else.
    package var exitCode: Int32 {
        switch code {
        case .notFound, .notAStore, .linked: 66
        case .newerSchema: 69
        case .limited: 71
        case .readOnly, .full, .writeFailed, .replaced, .exists: 73
        case .owned, .locked: 75
        default: 70
        }
    }
}
