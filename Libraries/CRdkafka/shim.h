#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
// Not part of Swift's Glibc module.
#include <sys/eventfd.h>
#include <sys/prctl.h>

/// Names the calling thread; prctl is variadic, which Swift cannot call.
static inline int tipoff_name_this_thread(const char *name) { return prctl(PR_SET_NAME, name); }
