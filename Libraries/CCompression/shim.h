#pragma once
#include <brotli/decode.h>
#include <zlib.h>

// inflateInit2 is a macro, which Swift doesn't import. 15 + 16: the full window, and a gzip wrapper is required.
static inline int tipoff_inflate_begin_gzip(z_streamp stream) {
    return inflateInit2(stream, 15 + 16);
}
