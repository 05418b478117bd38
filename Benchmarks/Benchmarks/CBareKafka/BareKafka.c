#include "CBareKafka.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t failed(const char *what)
{
    fprintf(stderr, "bare librdkafka: %s\n", what);
    return -1;
}

typedef struct {
    int acknowledged;
    int failures;
} reports;

static void report(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
    (void)client;
    reports *all = opaque;
    all->acknowledged++;
    if (message->err) all->failures++;
}

static rd_kafka_t *make(rd_kafka_type_t type, const char *const *settings, int count, reports *all)
{
    char text[256];
    rd_kafka_conf_t *configuration = rd_kafka_conf_new();
    for (int index = 0; index < count; index += 2) {
        if (rd_kafka_conf_set(configuration, settings[index], settings[index + 1], text, sizeof text)) {
            failed(text);
            rd_kafka_conf_destroy(configuration);
            return NULL;
        }
    }
    if (all) {
        rd_kafka_conf_set_opaque(configuration, all);
        rd_kafka_conf_set_dr_msg_cb(configuration, report);
    }
    rd_kafka_t *client = rd_kafka_new(type, configuration, text, sizeof text);
    if (!client) failed(text);
    return client;
}

static rd_kafka_t *make_producer(const bare_kafka_records *records, reports *all)
{
    const char *settings[] = {
        "bootstrap.servers", records->servers, "acks", "all", "enable.idempotence", "true", "linger.ms",
        records->linger, "partitioner", "murmur2_random", "socket.nagle.disable", "true",
    };
    return make(RD_KAFKA_PRODUCER, settings, sizeof settings / sizeof *settings, all);
}

static rd_kafka_resp_err_t produce(
    rd_kafka_t *client, rd_kafka_topic_t *topic, const bare_kafka_records *records, int partition, int number,
    const char *value)
{
    char key[32];
    int length = snprintf(key, sizeof key, "sensor-%d", number % records->keys);
    rd_kafka_headers_t *headers = rd_kafka_headers_new((size_t)records->header_count);
    for (int index = 0; index + 1 < records->header_count; index += 2) {
        rd_kafka_header_add(headers, records->headers[index], -1, records->headers[index + 1], -1);
    }
    rd_kafka_resp_err_t code = rd_kafka_producev(
        client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_KEY(key, (size_t)length),
        RD_KAFKA_V_VALUE((void *)value, (size_t)records->value_size), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (code) rd_kafka_headers_destroy(headers);
    return code;
}

int64_t bare_kafka_send(const bare_kafka_records *records)
{
    reports all = {0, 0};
    rd_kafka_t *client = make_producer(records, &all);
    if (!client) return -1;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, records->topic, NULL);
    char *value = malloc((size_t)records->value_size);
    memset(value, 'x', (size_t)records->value_size);
    // One ahead, so that connecting is not part of it, nor is finding the topic.
    int sent = produce(client, topic, records, RD_KAFKA_PARTITION_UA, 0, value) ? 0 : 1;
    while (sent && all.acknowledged < 1) rd_kafka_poll(client, 100);
    int64_t start = now();
    for (int number = 0; sent && number < records->count; number++) {
        rd_kafka_resp_err_t code;
        while ((code = produce(client, topic, records, RD_KAFKA_PARTITION_UA, number, value))
               == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            rd_kafka_poll(client, 10);
        }
        if (code) {
            failed(rd_kafka_err2str(code));
            all.failures++;
            break;
        }
        sent++;
        if ((number + 1) % records->batch == 0) {
            while (all.acknowledged < sent) rd_kafka_poll(client, 100);
        }
    }
    while (all.acknowledged < sent) rd_kafka_poll(client, 100);
    int64_t time = now() - start;
    if (all.failures || !sent) time = failed("records were not acknowledged");
    free(value);
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(client);
    return time;
}

/// Waits for the next record; the value of the first one that is wanted says which.
static int receive(rd_kafka_t *consumer, const char *wanted, int size)
{
    for (;;) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, 10000);
        if (!message) return failed("no record has come within 10 s"), 0;
        int is_there = !message->err && (int)message->len == size && !memcmp(message->payload, wanted, message->len);
        rd_kafka_message_destroy(message);
        if (is_there) return 1;
    }
}

int bare_kafka_round_trips(const bare_kafka_records *records, const char *fetch_wait, int64_t *nanoseconds)
{
    const char *settings[] = {
        "bootstrap.servers", records->servers, "group.id", "bare", "enable.auto.commit", "false",
        "auto.offset.reset", "earliest", "fetch.wait.max.ms", fetch_wait, "socket.nagle.disable", "true",
    };
    rd_kafka_t *consumer = make(RD_KAFKA_CONSUMER, settings, sizeof settings / sizeof *settings, NULL);
    rd_kafka_t *client = make_producer(records, NULL);
    if (!consumer || !client) return 0;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, records->topic, NULL);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, records->topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    char *value = malloc((size_t)records->value_size);
    int is_good = 1;
    // The first one is a warm-up: connecting is part of it.
    for (int number = -1; is_good && number < records->count; number++) {
        memset(value, 'x', (size_t)records->value_size);
        snprintf(value, (size_t)records->value_size, "%d", number);
        int64_t start = now();
        is_good = !produce(client, topic, records, 0, number + 1, value) && receive(consumer, value, records->value_size);
        rd_kafka_poll(client, 0);
        if (number >= 0) nanoseconds[number] = now() - start;
    }
    free(value);
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(client);
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return is_good;
}
