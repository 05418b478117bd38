#include "CBareStomp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t failed(const char *what)
{
    fprintf(stderr, "bare STOMP: %s\n", what);
    return -1;
}

static int write_all(int descriptor, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = write(descriptor, bytes, count);
        if (written <= 0) return 0;
        bytes += written;
        count -= (size_t)written;
    }
    return 1;
}

/// Reads frames until one contains a word. Frames of a broker that only answers are short.
static int read_until(int descriptor, const char *word)
{
    char text[8192];
    size_t length = 0;
    for (;;) {
        ssize_t count = read(descriptor, text + length, sizeof text - 1 - length);
        if (count <= 0) return 0;
        length += (size_t)count;
        for (size_t index = 0; index < length; index++) {
            if (!text[index]) text[index] = '\n';
        }
        text[length] = 0;
        if (strstr(text, "ERROR")) return 0;
        if (strstr(text, word)) return 1;
        if (length > sizeof text / 2) {
            memmove(text, text + length - 128, 128);
            length = 128;
        }
    }
}

static int connect_to(int port)
{
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const char hello[] = "CONNECT\naccept-version:1.2\nhost:/\n\n";
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address)
        || !write_all(descriptor, hello, sizeof hello) || !read_until(descriptor, "CONNECTED")) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

int64_t bare_stomp_send(const bare_stomp_messages *messages)
{
    int descriptor = connect_to(messages->port);
    if (descriptor < 0) return failed("the broker does not let this client in");
    size_t size = (size_t)messages->batch * (strlen(messages->headers) + (size_t)messages->body_size + 256) + 512;
    char *frames = malloc(size);
    int64_t start = now();
    int64_t time = 0;
    for (int number = 0; !time && number < messages->count; number += messages->batch) {
        int end = number + messages->batch < messages->count ? number + messages->batch : messages->count;
        char *next = frames + sprintf(frames, "BEGIN\ntransaction:t%d\n\n", number) + 1;
        for (int index = number; index < end; index++) {
            next += sprintf(next, "SEND\ndestination:/queue/%s\npersistent:true\ntransaction:t%d\n%s", messages->queue,
                            number, messages->headers);
            next += sprintf(next, "content-length:%d\n\n", messages->body_size);
            memset(next, 'x', (size_t)messages->body_size);
            next += messages->body_size;
            *next++ = 0;
        }
        char receipt[64];
        next += sprintf(next, "COMMIT\ntransaction:t%d\nreceipt:r%d\n\n", number, number) + 1;
        snprintf(receipt, sizeof receipt, "receipt-id:r%d\n", number);
        if (!write_all(descriptor, frames, (size_t)(next - frames)) || !read_until(descriptor, receipt)) {
            time = failed("a transaction was not acknowledged");
        }
    }
    if (!time) time = now() - start;
    free(frames);
    close(descriptor);
    return time;
}
