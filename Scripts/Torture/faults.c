// Simulates a failing disk. Preloaded into a program (LD_PRELOAD), this library makes chosen calls fail on files whose
// path contains FAULT_FILE. Scripts/torture builds and uses it.
//
//   FAULT_OP    write, sync or read: which calls to count
//   FAULT_AT    the number of the first call that fails, from 1
//   FAULT_COUNT how many calls fail (1; 0 for all from then on)
//   FAULT_KIND  eio, enospc   the call fails with that error
//               torn          half of the bytes are written, then the process is killed
//               power         of the writes since the last sync of their file, FAULT_SEED decides which are undone,
//                             then the process is killed
//               flip          one bit of the bytes read is inverted
//   FAULT_NOTE  a file to write to when the fault happens
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Change {
    struct Change *before;
    int descriptor;
    ino_t file;
    off_t place;
    size_t length;
    off_t size;  // of the file, before the change
    char bytes[];
} Change;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Change *unsynced;
static long seen;
static uint64_t state;

static ssize_t (*next_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*next_write)(int, const void *, size_t);
static ssize_t (*next_pread)(int, void *, size_t, off_t);
static int (*next_fsync)(int);
static int (*next_fdatasync)(int);

__attribute__((constructor)) static void set_up(void) {
    next_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    next_write = dlsym(RTLD_NEXT, "write");
    next_pread = dlsym(RTLD_NEXT, "pread64");
    next_fsync = dlsym(RTLD_NEXT, "fsync");
    next_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    const char *seed = getenv("FAULT_SEED");
    state = seed ? strtoull(seed, NULL, 10) : 1;
}

static int is_meant(int descriptor) {
    char link[64], path[4096];
    const char *file = getenv("FAULT_FILE");
    if (!file) return 0;
    strcpy(link, "/proc/self/fd/");
    int digits = 0;
    char reversed[16];
    for (unsigned rest = (unsigned)descriptor; rest || !digits; rest /= 10) reversed[digits++] = '0' + rest % 10;
    char *end = link + strlen(link);
    while (digits) *end++ = reversed[--digits];
    *end = 0;
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return strstr(path, file) != NULL;
}

static const char *kind(void) {
    const char *kind = getenv("FAULT_KIND");
    return kind ? kind : "eio";
}

// Whether this call of kind `op` must fail. Counts the call.
static int is_due(const char *op) {
    const char *wanted = getenv("FAULT_OP"), *at = getenv("FAULT_AT"), *count = getenv("FAULT_COUNT");
    if (!wanted || strcmp(wanted, op)) return 0;
    long number = __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST);
    long first = at ? atol(at) : 1, many = count ? atol(count) : 1;
    if (number < first || (many && number >= first + many)) return 0;
    const char *note = getenv("FAULT_NOTE");
    int descriptor = note ? open(note, O_WRONLY | O_CREAT | O_APPEND, 0644) : -1;
    if (descriptor >= 0) {
        next_write(descriptor, "x\n", 2);
        close(descriptor);
    }
    return 1;
}

static int fail(void) {
    errno = strcmp(kind(), "enospc") ? EIO : ENOSPC;
    return -1;
}

static uint64_t draw(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
}

// Remembers the bytes that a write is about to replace, until they are synced.
static void remember(int descriptor, size_t length, off_t place) {
    struct stat status;
    if (strcmp(kind(), "power") || fstat(descriptor, &status)) return;
    Change *change = malloc(sizeof *change + length);
    if (!change) return;
    memset(change->bytes, 0, length);
    next_pread(descriptor, change->bytes, length, place);
    change->before = unsynced;
    change->descriptor = descriptor;
    change->file = status.st_ino;
    change->place = place;
    change->length = length;
    change->size = status.st_size;
    unsynced = change;
}

static void forget(int descriptor) {
    struct stat status;
    if (fstat(descriptor, &status)) return;
    pthread_mutex_lock(&lock);
    for (Change **link = &unsynced; *link;) {
        Change *change = *link;
        if (change->file == status.st_ino) {
            *link = change->before;
            free(change);
        } else {
            link = &change->before;
        }
    }
    pthread_mutex_unlock(&lock);
}

// Undoes some of the writes that were not synced, newest first, and kills the process. The caller holds the lock, so
// that nobody writes meanwhile.
static void lose_power(void) {
    uint64_t share = draw() % 5;
    for (Change *change = unsynced; change; change = change->before) {
        struct stat status;
        // The descriptor may have been reused for another file.
        if (draw() % 4 >= share || fstat(change->descriptor, &status) || status.st_ino != change->file) continue;
        next_pwrite(change->descriptor, change->bytes, change->length, change->place);
        off_t end = change->place + (off_t)change->length;
        if (!fstat(change->descriptor, &status) && status.st_size == end && change->size < end)
            if (ftruncate(change->descriptor, change->size)) continue;
    }
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off_t place) {
    if (!is_meant(descriptor)) return next_pwrite(descriptor, bytes, length, place);
    pthread_mutex_lock(&lock);
    remember(descriptor, length, place);
    ssize_t count;
    if (!is_due("write")) {
        count = next_pwrite(descriptor, bytes, length, place);
    } else if (!strcmp(kind(), "torn")) {
        next_pwrite(descriptor, bytes, length / 2, place);
        kill(getpid(), SIGKILL);
        for (;;) pause();
    } else if (!strcmp(kind(), "power")) {
        next_pwrite(descriptor, bytes, length, place);
        lose_power();
        count = -1;
    } else {
        count = fail();
    }
    pthread_mutex_unlock(&lock);
    return count;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t place) {
    return pwrite64(descriptor, bytes, length, place);
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
    if (!is_meant(descriptor) || !is_due("write")) return next_write(descriptor, bytes, length);
    if (strcmp(kind(), "torn")) return fail();
    next_write(descriptor, bytes, length / 2);
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

ssize_t pread64(int descriptor, void *bytes, size_t length, off_t place) {
    if (!is_meant(descriptor) || !is_due("read")) return next_pread(descriptor, bytes, length, place);
    if (strcmp(kind(), "flip")) return fail();
    ssize_t count = next_pread(descriptor, bytes, length, place);
    // Leaves out the first bytes: many reads are of the file's header.
    if (count > 200) ((char *)bytes)[100 + draw() % (uint64_t)(count - 100)] ^= (char)(1 << draw() % 8);
    return count;
}

ssize_t pread(int descriptor, void *bytes, size_t length, off_t place) {
    return pread64(descriptor, bytes, length, place);
}

static int sync_with(int (*next)(int), int descriptor) {
    if (!is_meant(descriptor)) return next(descriptor);
    if (is_due("sync")) {
        if (strcmp(kind(), "power")) return fail();
        pthread_mutex_lock(&lock);
        lose_power();
    }
    int outcome = next(descriptor);
    if (!outcome) forget(descriptor);
    return outcome;
}

int fsync(int descriptor) { return sync_with(next_fsync, descriptor); }

int fdatasync(int descriptor) { return sync_with(next_fdatasync, descriptor); }
