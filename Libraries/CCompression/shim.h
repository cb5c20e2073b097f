#pragma once
#include <brotli/decode.h>
#include <zlib.h>

// deflateInit2 and inflateInit2 are macros, which Swift doesn't import. 15 + 16: the full window, and a gzip wrapper.
static inline int tipoff_deflate_begin_gzip(z_streamp stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

static inline int tipoff_inflate_begin_gzip(z_streamp stream) {
    return inflateInit2(stream, 15 + 16);
}
