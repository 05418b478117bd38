#ifndef C_FILE_STATUS_H
#define C_FILE_STATUS_H

#include <stdint.h>

/// What tells one file from another, and how long it is.
typedef struct {
    uint64_t device;
    uint64_t inode;
    int64_t size;
} CFileStatus;

/// Reads the status of the file that has a name, without asking for its times.
///
/// On Linux, since version 6.13, a `stat` makes the next write to the file take a time stamp of its own, and the next
/// `fdatasync` write the inode as well: a third more for a commit. `statx` can leave the times out; Swift's Glibc
/// module does not have it.
///
/// @param follows_links Not 0: the file that a symbolic link points to. 0: the link itself.
/// @return 0, or -1 with `errno`.
int c_file_status(const char *path, int follows_links, CFileStatus *status);

#endif
