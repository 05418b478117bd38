#ifndef C_BARE_STOMP_H
#define C_BARE_STOMP_H

#include <stdint.h>

// What a socket and a STOMP broker do without a runtime around them. Failures are described on standard error.

/// What is sent: messages with the same headers and a body of the same size.
typedef struct {
    int port;
    const char *queue;
    int count;
    /// How many messages are one transaction, whose receipt is waited for.
    int batch;
    /// Further header lines, each with its line feed.
    const char *headers;
    int body_size;
} bare_stomp_messages;

/// Sends messages to a broker on this machine, in transactions with a receipt each.
///
/// @return Nanoseconds from the first message to the last receipt; -1 after a failure.
int64_t bare_stomp_send(const bare_stomp_messages *messages);

#endif
