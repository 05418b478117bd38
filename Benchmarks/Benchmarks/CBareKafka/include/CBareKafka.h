#ifndef C_BARE_KAFKA_H
#define C_BARE_KAFKA_H

#include <stddef.h>
#include <stdint.h>

// What librdkafka does without a runtime around it. Failures are described on standard error.

/// What is sent: records with the same headers and a value of the same size.
typedef struct {
    const char *servers;
    const char *topic;
    int count;
    /// How many records are sent before their acknowledgements are waited for.
    int batch;
    /// The number of keys.
    int keys;
    /// Names and values in turn.
    const char *const *headers;
    int header_count;
    int value_size;
    const char *linger;
} bare_kafka_records;

/// Sends records with an idempotent producer, and waits until all are acknowledged.
///
/// @return Nanoseconds from the first record to the last acknowledgement; -1 after a failure.
int64_t bare_kafka_send(const bare_kafka_records *records);

/// Sends one record after the other to a partition, each when a consumer has received the one before.
///
/// @param nanoseconds Gets what each took.
/// @return Whether it succeeded.
int bare_kafka_round_trips(const bare_kafka_records *records, const char *fetch_wait, int64_t *nanoseconds);

#endif
