"""The bare hop of a broker: one message from a producer to a consumer of the same process, through librdkafka alone.

kcat cannot measure it: it reads its standard input in blocks.
"""

import ctypes
import ctypes.util
import time
import uuid

PRODUCER, CONSUMER = 0, 1
END = -1


class Message(ctypes.Structure):
    """The head of rd_kafka_message_t."""

    _fields_ = [
        ("err", ctypes.c_int), ("topic", ctypes.c_void_p), ("partition", ctypes.c_int32), ("payload", ctypes.c_void_p),
        ("length", ctypes.c_size_t)]


def library():
    kafka = ctypes.CDLL(ctypes.util.find_library("rdkafka") or "librdkafka.so.1")
    kafka.rd_kafka_conf_new.restype = ctypes.c_void_p
    kafka.rd_kafka_new.restype = ctypes.c_void_p
    kafka.rd_kafka_topic_new.restype = ctypes.c_void_p
    kafka.rd_kafka_topic_partition_list_new.restype = ctypes.c_void_p
    kafka.rd_kafka_topic_partition_list_add.restype = ctypes.c_void_p
    kafka.rd_kafka_consumer_poll.restype = ctypes.POINTER(Message)
    return kafka


def client(kafka, kind, settings):
    conf = ctypes.c_void_p(kafka.rd_kafka_conf_new())
    reason = ctypes.create_string_buffer(512)
    for name, value in settings.items():
        if kafka.rd_kafka_conf_set(conf, name.encode(), value.encode(), reason, 512):
            raise RuntimeError(reason.value.decode())
    made = kafka.rd_kafka_new(kind, conf, reason, 512)
    if not made:
        raise RuntimeError(reason.value.decode())
    return ctypes.c_void_p(made)


def hops(brokers, topic, samples):
    """Milliseconds from produce to the consumer's hands, `samples` of them; raises when a message does not arrive."""
    kafka = library()
    consumer = client(kafka, CONSUMER, {
        "bootstrap.servers": brokers, "group.id": f"bench-{uuid.uuid4()}", "enable.auto.commit": "false",
        "auto.offset.reset": "latest", "fetch.wait.max.ms": "8"})
    kafka.rd_kafka_poll_set_consumer(consumer)
    producer = client(kafka, PRODUCER, {
        "bootstrap.servers": brokers, "acks": "all", "enable.idempotence": "true", "linger.ms": "0"})
    partitions = ctypes.c_void_p(kafka.rd_kafka_topic_partition_list_new(1))
    kafka.rd_kafka_topic_partition_list_add(partitions, topic.encode(), 0)
    if kafka.rd_kafka_assign(consumer, partitions):
        raise RuntimeError(f"partition 0 of {topic} cannot be read")
    handle = ctypes.c_void_p(kafka.rd_kafka_topic_new(producer, topic.encode(), None))
    times = []
    warm_up = 20
    kafka.rd_kafka_consumer_poll(consumer, 2000)
    for _ in range(samples + warm_up):
        mark = f"bench-{uuid.uuid4()}".encode()
        start = time.monotonic()
        if kafka.rd_kafka_produce(handle, 0, 2, mark, ctypes.c_size_t(len(mark)), None, ctypes.c_size_t(0), None):
            raise RuntimeError("the message was not accepted")
        while True:
            if time.monotonic() - start > 10:
                raise RuntimeError(f"a message did not arrive on {topic} within 10 s")
            message = kafka.rd_kafka_consumer_poll(consumer, 100)
            if not message:
                continue
            body = message.contents
            found = body.err == 0 and ctypes.string_at(body.payload, body.length) == mark
            kafka.rd_kafka_message_destroy(message)
            if found:
                break
        times.append((time.monotonic() - start) * 1000)
        kafka.rd_kafka_poll(producer, 0)
    kafka.rd_kafka_flush(producer, 5000)
    kafka.rd_kafka_destroy(producer)
    kafka.rd_kafka_consumer_close(consumer)
    kafka.rd_kafka_destroy(consumer)
    return times[warm_up:]
