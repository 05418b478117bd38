#ifndef C_RDKAFKA_H
#define C_RDKAFKA_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// librdkafka's functions with a variable number of arguments, which Swift cannot call.

/// Queues a message for a topic; the partition follows from the key.
///
/// Key and value are copied. The headers belong to librdkafka if the result is RD_KAFKA_RESP_ERR_NO_ERROR.
///
/// @param key Not NULL; a NULL key would scatter the messages over the partitions.
static inline rd_kafka_resp_err_t c_rdkafka_produce(
    rd_kafka_t *client, rd_kafka_topic_t *topic, const void *key, size_t key_size, const void *value,
    size_t value_size, rd_kafka_headers_t *headers, void *opaque)
{
    return rd_kafka_producev(
        client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE((void *)value, value_size),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(opaque),
        RD_KAFKA_V_END);
}

/// Makes the next request of a kind to one broker of a mock cluster fail, or be answered late.
///
/// @param error 0 to let it succeed.
/// @param milliseconds By how much the answer comes late.
static inline rd_kafka_resp_err_t c_rdkafka_mock_push(
    rd_kafka_mock_cluster_t *cluster, int32_t broker, int16_t api_key, rd_kafka_resp_err_t error, int milliseconds)
{
    return rd_kafka_mock_broker_push_request_error_rtts(cluster, broker, api_key, 1, error, milliseconds);
}

#endif
