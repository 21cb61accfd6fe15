#include "data/parquet_compress.h"

#include <limits.h>
#include <lz4.h>
#include <snappy-c.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum { ZSTD_LEVEL = 3, GZIP_LEVEL = 6, GZIP_WRITE = 15 + 16, GZIP_READ = 15 + 32, HADOOP_HEAD = 8 };

void pg_parquet_codecs_free(pg_parquet_codecs *codecs)
{
    ZSTD_freeCCtx(codecs->zstd_in);
    ZSTD_freeDCtx(codecs->zstd_out);
    *codecs = (pg_parquet_codecs){ 0 };
}

const char *pg_parquet_codec_name(int codec)
{
    static const char *const names[] = { "uncompressed", "snappy", "gzip", "lzo", "brotli", "lz4", "zstd", "lz4_raw" };
    return codec >= 0 && codec < (int)(sizeof names / sizeof *names) ? names[codec] : "unknown";
}

pg_status pg_parquet_codec_check(int codec, bool writing, pg_error *err)
{
    switch (codec) {
    case PG_PARQUET_UNCOMPRESSED:
    case PG_PARQUET_SNAPPY:
    case PG_PARQUET_GZIP:
    case PG_PARQUET_ZSTD:
    case PG_PARQUET_LZ4_RAW: return PG_OK;
    case PG_PARQUET_LZ4:
        if (!writing)
            return PG_OK;
        break;
    default: break;
    }
    pg_fail(err, PG_ERR_UNSUPPORTED, "the compression %s (%d) is not supported", pg_parquet_codec_name(codec), codec);
    pg_error_remedy(err, "%s the file with zstd, snappy, gzip, lz4_raw or no compression",
                    writing ? "write" : "rewrite");
    return PG_ERR_UNSUPPORTED;
}

/* ---- compression: into `room` bytes at `place`; *n is what was written ---- */

static size_t bound(pg_parquet_codec codec, size_t size)
{
    switch (codec) {
    case PG_PARQUET_SNAPPY: return snappy_max_compressed_length(size);
    case PG_PARQUET_GZIP: return compressBound((uLong)size) + 32;
    case PG_PARQUET_ZSTD: return ZSTD_compressBound(size);
    case PG_PARQUET_LZ4_RAW: return size > LZ4_MAX_INPUT_SIZE ? 0 : (size_t)LZ4_compressBound((int)size);
    default: return size;
    }
}

static bool compress_zstd(pg_parquet_codecs *codecs, uint8_t *place, size_t room, const void *data, size_t size,
                          int level, size_t *n)
{
    if (!codecs->zstd_in)
        codecs->zstd_in = ZSTD_createCCtx();
    if (!codecs->zstd_in)
        return false;
    *n = ZSTD_compressCCtx(codecs->zstd_in, place, room, data, size, level ? level : ZSTD_LEVEL);
    return !ZSTD_isError(*n);
}

static bool compress_gzip(uint8_t *place, size_t room, const void *data, size_t size, int level, size_t *n)
{
    z_stream z = { .next_in = (Bytef *)data,
                   .avail_in = (uInt)size,
                   .next_out = place,
                   .avail_out = (uInt)(room < UINT_MAX ? room : UINT_MAX) };
    if (size > UINT_MAX || deflateInit2(&z, level ? level : GZIP_LEVEL, Z_DEFLATED, GZIP_WRITE, 8, 0) != Z_OK)
        return false;
    int result = deflate(&z, Z_FINISH);
    *n = z.total_out;
    deflateEnd(&z);
    return result == Z_STREAM_END;
}

static bool compress_into(pg_parquet_codecs *codecs, uint8_t *place, size_t room, pg_parquet_codec codec, int level,
                          const void *data, size_t size, size_t *n)
{
    *n = room;
    switch (codec) {
    case PG_PARQUET_UNCOMPRESSED:
        if (size > 0)
            memcpy(place, data, size);
        *n = size;
        return true;
    case PG_PARQUET_SNAPPY: return snappy_compress(data, size, (char *)place, n) == SNAPPY_OK;
    case PG_PARQUET_GZIP: return compress_gzip(place, room, data, size, level, n);
    case PG_PARQUET_ZSTD: return compress_zstd(codecs, place, room, data, size, level, n);
    case PG_PARQUET_LZ4_RAW: {
        int written = LZ4_compress_default(data, (char *)place, (int)size, (int)room);
        *n = written > 0 ? (size_t)written : 0;
        return written > 0;
    }
    default: return false;
    }
}

pg_status pg_parquet_compress(pg_parquet_codecs *codecs, pg_parquet_buffer *out, pg_parquet_codec codec, int level,
                              const void *data, size_t size, pg_error *err)
{
    pg_status status = pg_parquet_codec_check(codec, true, err);
    if (status != PG_OK)
        return status;
    size_t room = bound(codec, size), n = 0;
    uint8_t *place = pg_parquet_buffer_reserve(out, room);
    if (!place)
        return pg_parquet_buffer_check(out, err);
    if (!compress_into(codecs, place, room, codec, level, size > 0 ? data : "", size, &n))
        return pg_fail(err, PG_ERR_MEMORY, "%s could not compress a page of %zu bytes", pg_parquet_codec_name(codec),
                       size);
    out->size += n;
    return PG_OK;
}

/* ---- decompression: true when out was filled exactly ---- */

static bool decompress_snappy(uint8_t *out, size_t out_size, const uint8_t *data, size_t size)
{
    size_t length = 0; /* what the data claim is compared before the library writes a byte */
    if (snappy_uncompressed_length((const char *)data, size, &length) != SNAPPY_OK || length != out_size)
        return false;
    return snappy_uncompress((const char *)data, size, (char *)out, &length) == SNAPPY_OK && length == out_size;
}

/* One member or several, with gzip's or zlib's header. */
static bool decompress_gzip(uint8_t *out, size_t out_size, const uint8_t *data, size_t size)
{
    z_stream z = { .next_in = (Bytef *)data, .avail_in = (uInt)size, .next_out = out, .avail_out = (uInt)out_size };
    if (size > UINT_MAX || out_size > UINT_MAX || inflateInit2(&z, GZIP_READ) != Z_OK)
        return false;
    int result = inflate(&z, Z_FINISH);
    while (result == Z_STREAM_END && z.avail_in > 0 && z.avail_out > 0 && inflateReset(&z) == Z_OK)
        result = inflate(&z, Z_FINISH);
    bool filled = result == Z_STREAM_END && z.avail_out == 0;
    inflateEnd(&z);
    return filled;
}

static bool decompress_zstd(pg_parquet_codecs *codecs, uint8_t *out, size_t out_size, const uint8_t *data, size_t size)
{
    if (!codecs->zstd_out)
        codecs->zstd_out = ZSTD_createDCtx();
    return codecs->zstd_out && ZSTD_decompressDCtx(codecs->zstd_out, out, out_size, data, size) == out_size;
}

static bool decompress_lz4(uint8_t *out, size_t out_size, const uint8_t *data, size_t size)
{
    if (size > INT_MAX || out_size > INT_MAX)
        return false;
    return LZ4_decompress_safe((const char *)data, (char *)out, (int)size, (int)out_size) == (int)out_size;
}

static uint32_t load_big32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Hadoop's frames: before each block of LZ4 its decompressed and its compressed size, big-endian. */
static bool decompress_hadoop(uint8_t *out, size_t out_size, const uint8_t *data, size_t size)
{
    while (size >= HADOOP_HEAD) {
        size_t plain = load_big32(data), packed = load_big32(data + 4);
        data += HADOOP_HEAD;
        size -= HADOOP_HEAD;
        if (plain > out_size || packed > size || !decompress_lz4(out, plain, data, packed))
            return false;
        data += packed;
        size -= packed;
        out += plain;
        out_size -= plain;
    }
    return size == 0 && out_size == 0;
}

pg_status pg_parquet_decompress(pg_parquet_codecs *codecs, uint8_t *out, size_t out_size, pg_parquet_codec codec,
                                const uint8_t *data, size_t size, pg_error *err)
{
    pg_status status = pg_parquet_codec_check(codec, false, err);
    if (status != PG_OK)
        return status;
    bool good = false;
    switch (codec) {
    case PG_PARQUET_UNCOMPRESSED:
        good = size == out_size;
        if (good && size > 0)
            memcpy(out, data, size);
        break;
    case PG_PARQUET_SNAPPY: good = decompress_snappy(out, out_size, data, size); break;
    case PG_PARQUET_GZIP: good = decompress_gzip(out, out_size, data, size); break;
    case PG_PARQUET_ZSTD: good = decompress_zstd(codecs, out, out_size, data, size); break;
    case PG_PARQUET_LZ4_RAW: good = decompress_lz4(out, out_size, data, size); break;
    case PG_PARQUET_LZ4: /* some writers of this codec left the frames out */
        good = decompress_hadoop(out, out_size, data, size) || decompress_lz4(out, out_size, data, size);
        break;
    default: break;
    }
    if (good)
        return PG_OK;
    return pg_fail(err, PG_ERR_CORRUPT, "a page compressed with %s is damaged: it does not give its %zu bytes",
                   pg_parquet_codec_name(codec), out_size);
}
