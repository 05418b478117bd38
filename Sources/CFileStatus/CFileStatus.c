#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "CFileStatus.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#if defined(__linux__)
#include <sys/sysmacros.h>
#endif

static int status_with_times(const char *path, int follows_links, CFileStatus *status) {
    struct stat found;
    if ((follows_links ? stat(path, &found) : lstat(path, &found)) != 0) return -1;
    status->device = (uint64_t)found.st_dev;
    status->inode = (uint64_t)found.st_ino;
    status->size = (int64_t)found.st_size;
    return 0;
}

int c_file_status(const char *path, int follows_links, CFileStatus *status) {
#if defined(STATX_INO)
    struct statx found;
    int flags = follows_links ? 0 : AT_SYMLINK_NOFOLLOW;
    if (statx(AT_FDCWD, path, flags, STATX_INO | STATX_SIZE, &found) == 0) {
        status->device = (uint64_t)makedev(found.stx_dev_major, found.stx_dev_minor);
        status->inode = found.stx_ino;
        status->size = (int64_t)found.stx_size;
        return 0;
    }
    // A kernel or a sandbox without `statx`.
    if (errno != ENOSYS && errno != EPERM) return -1;
#endif
    return status_with_times(path, follows_links, status);
}
