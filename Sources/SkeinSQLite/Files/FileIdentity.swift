#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The file that a path names at present. Another value for the same path later means that the name was given to
/// another file.
package struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    /// `nil` when nothing has that name.
    ///
    /// - Parameter followsLinks: whether the file that a symbolic link points to is meant, or the link itself.
    package init?(of path: String, followsLinks: Bool = false) {
        guard let status = FileStatus(of: path, followsLinks: followsLinks) else { return nil }
        (device, inode) = (status.device, status.inode)
    }

    /// The file that is open under a descriptor, whatever its name; `nil` for a descriptor that is not open.
    package init?(ofOpen descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        (device, inode) = (UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino))
    }
}
