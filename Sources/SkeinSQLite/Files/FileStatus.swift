internal import CFileStatus

/// The file that has a name, and its length, found out without making the next sync of the file dearer
/// (`c_file_status`).
struct FileStatus {
    let device: UInt64
    let inode: UInt64
    /// In bytes.
    let size: Int64

    /// `nil` when nothing has that name.
    ///
    /// - Parameter followsLinks: whether the file that a symbolic link points to is meant, or the link itself.
    init?(of path: String, followsLinks: Bool = true) {
        var status = CFileStatus()
        guard c_file_status(path, followsLinks ? 1 : 0, &status) == 0 else { return nil }
        (device, inode, size) = (status.device, status.inode, status.size)
    }
}
