#include "engine/flight.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"

/* WINDOW bytes are mapped, and count as the host's memory; ROOM bytes are allocated on the disk at a time. */
enum { WINDOW = 1 << 18, ROOM = 16 << 20, MARKS = 512, LEVELS_HEAD = offsetof(pg_flight_levels, level) };

_Static_assert(sizeof(pg_flight_levels) <= UINT16_MAX && PG_FLIGHT_TEXT <= UINT16_MAX, "a record's size is 16 bits");

static const char magic[16] = "PERIGEE FLIGHT 1";

/* Only what its kind of input needs is stored. */
typedef struct {
    uint16_t kind; /* pg_flight_kind, and for inputs 256 * pg_input_kind */
    uint16_t size; /* of the body, before padding to 16 */
    uint32_t check;
    int64_t time_ns;
} record_head;

typedef struct {
    uint64_t at, inputs; /* before it */
    int64_t time_ns;
} mark;

struct pg_flight {
    int file;
    char path[PG_PATH_SIZE];
    char *window;       /* WINDOW bytes of the file */
    uint64_t room;      /* bytes of the file that have their blocks */
    uint64_t window_at; /* from here */
    uint64_t length;
    uint64_t inputs;
    int64_t time_ns; /* of the last record */
    bool whole;
    mark marks[MARKS];
    int mark_count;
    pg_flight_levels levels; /* being written */
    pg_level *book;          /* a whole side */
    int book_room;
};

static uint32_t checksum(const record_head *head, const void *body)
{
    uLong crc = crc32(0, (const Bytef *)&head->kind, sizeof head->kind + sizeof head->size);
    crc = crc32(crc, (const Bytef *)&head->time_ns, sizeof head->time_ns);
    return (uint32_t)crc32(crc, body, head->size);
}

static size_t padded(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

/* ---- writing ---- */

/* Maps the part of the file where the next records go: its blocks are allocated first, so that a store cannot fail. */
static pg_status move_window(pg_flight *flight)
{
    uint64_t at = flight->length & ~(uint64_t)4095;
    if (at + WINDOW > flight->room) {
        if (posix_fallocate(flight->file, (off_t)at, ROOM) != 0)
            return PG_ERR_IO;
        flight->room = at + ROOM;
    }
    void *window = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_SHARED, flight->file, (off_t)at);
    if (window == MAP_FAILED)
        return PG_ERR_IO;
    if (flight->window)
        munmap(flight->window, WINDOW);
    flight->window = window;
    flight->window_at = at;
    return PG_OK;
}

static pg_status append(pg_flight *flight, record_head *head, const void *body)
{
    size_t size = sizeof *head + padded(head->size);
    if (!flight->whole)
        return PG_ERR_IO;
    if (flight->length + size > flight->window_at + WINDOW && move_window(flight) != PG_OK) {
        flight->whole = false;
        return PG_ERR_IO;
    }
    head->check = checksum(head, body);
    char *out = flight->window + (flight->length - flight->window_at);
    memcpy(out + sizeof *head, body, head->size);
    memcpy(out, head, sizeof *head);
    flight->length += size;
    flight->time_ns = head->time_ns;
    return PG_OK;
}

pg_status pg_flight_new(pg_flight **made, const char *path, pg_error *err)
{
    pg_flight *flight = calloc(1, sizeof *flight);
    if (!flight)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a flight recording");
    snprintf(flight->path, sizeof flight->path, "%s", path);
    flight->file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    flight->whole = true;
    if (flight->file < 0 || move_window(flight) != PG_OK) {
        pg_fail(err, PG_ERR_IO, "the flight recording cannot be written: %s", strerror(errno));
        pg_error_where(err, "%s", path);
        pg_flight_close(flight);
        return PG_ERR_IO;
    }
    memcpy(flight->window, magic, sizeof magic);
    flight->length = sizeof magic;
    *made = flight;
    return PG_OK;
}

void pg_flight_close(pg_flight *flight)
{
    if (!flight)
        return;
    if (flight->window) {
        pg_flight_text(flight, PG_FLIGHT_END, "", 0, flight->time_ns);
        munmap(flight->window, WINDOW);
    }
    if (flight->file >= 0) {
        if (ftruncate(flight->file, (off_t)flight->length) != 0)
            flight->whole = false; /* the reader finds the end by the checksum */
        close(flight->file);
    }
    free(flight->book);
    free(flight);
}

/* What of an input follows its head. */
static const void *input_body(const pg_input *input, uint16_t *size)
{
    switch ((pg_input_kind)input->kind) {
    case PG_INPUT_EVENT: *size = sizeof input->event; return &input->event;
    case PG_INPUT_REPLY:
    case PG_INPUT_POSITION:
    case PG_INPUT_ADOPT: *size = sizeof input->reply; return &input->reply;
    default: *size = sizeof input->bits; return &input->bits;
    }
}

pg_status pg_flight_input(pg_flight *flight, const pg_input *input)
{
    record_head head = { .kind = (uint16_t)(PG_FLIGHT_INPUT + 256 * input->kind), .time_ns = input->time_ns };
    const void *body = input_body(input, &head.size);
    flight->inputs++;
    return append(flight, &head, body);
}

pg_status pg_flight_request(pg_flight *flight, const pg_request *request, int64_t now_ns)
{
    record_head head = { .kind = PG_FLIGHT_REQUEST, .size = sizeof *request, .time_ns = now_ns };
    return append(flight, &head, request);
}

pg_status pg_flight_text(pg_flight *flight, pg_flight_kind kind, const char *text, size_t length, int64_t now_ns)
{
    record_head head = { .kind = (uint16_t)kind,
                         .size = (uint16_t)(length < PG_FLIGHT_TEXT ? length : PG_FLIGHT_TEXT),
                         .time_ns = now_ns };
    return append(flight, &head, text);
}

/* ---- marks ---- */

/* When all places are taken every other one is given up: what lies far back is marked more thinly. */
static void remember(pg_flight *flight, int64_t now_ns)
{
    if (flight->mark_count == MARKS) {
        for (int i = 0; i < MARKS / 2; i++)
            flight->marks[i] = flight->marks[2 * i];
        flight->mark_count = MARKS / 2;
    }
    flight->marks[flight->mark_count++] = (mark){ .at = flight->length, .inputs = flight->inputs, .time_ns = now_ns };
}

static pg_status write_levels(pg_flight *flight, int64_t now_ns)
{
    pg_flight_levels *levels = &flight->levels;
    record_head head = { .kind = PG_FLIGHT_BOOK,
                         .size = (uint16_t)(LEVELS_HEAD + levels->count * sizeof *levels->level),
                         .time_ns = now_ns };
    return append(flight, &head, levels);
}

static bool make_room(pg_flight *flight, int levels)
{
    if (levels <= flight->book_room)
        return true;
    pg_level *grown = realloc(flight->book, (size_t)levels * sizeof *grown);
    if (!grown)
        return false;
    flight->book = grown;
    flight->book_room = levels;
    return true;
}

/* A side in as many records as it takes, at least one. */
static pg_status write_side(pg_flight *flight, const pg_book *book, int side, int64_t now_ns)
{
    int count = pg_book_count(book, side);
    if (!make_room(flight, count))
        return PG_ERR_MEMORY;
    count = pg_book_top(book, side, flight->book, count);
    pg_status status = PG_OK;
    int done = 0;
    do {
        int part = count - done < PG_FLIGHT_LEVELS ? count - done : PG_FLIGHT_LEVELS;
        pg_flight_levels *levels = &flight->levels;
        levels->exch_ns = pg_book_time(book);
        levels->side = (uint16_t)side;
        levels->count = (uint16_t)part;
        levels->first = side == PG_BUY && done == 0;
        levels->last = side == PG_SELL && done + part == count;
        if (part > 0)
            memcpy(levels->level, flight->book + done, (size_t)part * sizeof *levels->level);
        done += part;
        status = write_levels(flight, now_ns);
    } while (status == PG_OK && done < count);
    return status;
}

pg_status pg_flight_mark(pg_flight *flight, const pg_book *book, int64_t now_ns)
{
    int64_t last_ns = flight->mark_count > 0 ? flight->marks[flight->mark_count - 1].time_ns : INT64_MIN / 2;
    if (now_ns - last_ns < PG_FLIGHT_MARK_S * (int64_t)1000000000 || !pg_book_is_consistent(book))
        return PG_OK;
    remember(flight, now_ns);
    pg_status status = write_side(flight, book, PG_BUY, now_ns);
    if (status == PG_OK)
        status = write_side(flight, book, PG_SELL, now_ns);
    if (status != PG_OK) /* a book in part is no place to begin */
        flight->mark_count--;
    return status;
}

uint64_t pg_flight_since(const pg_flight *flight, int64_t time_ns, uint64_t most)
{
    if (flight->inputs <= most && (flight->mark_count == 0 || flight->marks[0].time_ns >= time_ns))
        return 0;
    if (flight->mark_count == 0)
        return flight->length;
    int at = 0;
    while (at < flight->mark_count - 1 &&
           (flight->marks[at].time_ns < time_ns || flight->inputs - flight->marks[at].inputs > most))
        at++;
    return flight->marks[at].at;
}

bool pg_flight_is_whole(const pg_flight *flight)
{
    return flight->whole;
}

uint64_t pg_flight_length(const pg_flight *flight)
{
    return flight->length;
}

const char *pg_flight_path(const pg_flight *flight)
{
    return flight->path;
}

/* ---- reading ---- */

struct pg_flight_reader {
    char *map;
    size_t map_size;
    uint64_t at, end;
};

pg_status pg_flight_open(pg_flight_reader **made, const char *path, uint64_t from, uint64_t to, pg_error *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (file < 0 || fstat(file, &info) != 0) {
        pg_fail(err, PG_ERR_IO, "cannot open the flight recording: %s", strerror(errno));
        pg_error_where(err, "%s", path);
        if (file >= 0)
            close(file);
        return PG_ERR_IO;
    }
    void *map = info.st_size > 0 ? mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;
    close(file);
    pg_flight_reader *reader = map == MAP_FAILED ? NULL : calloc(1, sizeof *reader);
    if (!reader || (size_t)info.st_size < sizeof magic || memcmp(map, magic, sizeof magic) != 0) {
        if (map != MAP_FAILED)
            munmap(map, (size_t)info.st_size);
        free(reader);
        pg_fail(err, PG_ERR_CORRUPT, "this is no flight recording");
        pg_error_where(err, "%s", path);
        return PG_ERR_CORRUPT;
    }
    reader->map = map;
    reader->map_size = (size_t)info.st_size;
    reader->end = to < reader->map_size ? to : reader->map_size;
    reader->at = from < sizeof magic ? sizeof magic : from < reader->end ? from : reader->end;
    *made = reader;
    return PG_OK;
}

void pg_flight_reader_free(pg_flight_reader *reader)
{
    if (!reader)
        return;
    munmap(reader->map, reader->map_size);
    free(reader);
}

/* What the engine takes for granted of an input. */
static bool is_possible(const pg_input *input)
{
    const pg_event *event = &input->event;
    const pg_reply *reply = &input->reply;
    switch ((pg_input_kind)input->kind) {
    case PG_INPUT_EVENT: return event->kind < PG_EVENT_KINDS && event->side <= PG_SELL;
    case PG_INPUT_REPLY:
        if (reply->kind < PG_REPLY_ACCEPTED || reply->kind > PG_REPLY_REPLACE_REFUSED || reply->side > PG_SELL)
            return false;
        return reply->kind != PG_REPLY_FILL || (reply->side >= PG_BUY && reply->price > 0 && reply->size > 0);
    case PG_INPUT_ADOPT: return reply->side == PG_BUY || reply->side == PG_SELL;
    default: return true;
    }
}

static bool read_input(pg_flight_record *record, const record_head *head, const char *body)
{
    pg_input *input = &record->input;
    memset(input, 0, sizeof *input);
    input->time_ns = head->time_ns;
    input->kind = head->kind >> 8;
    uint16_t size;
    const void *place = input_body(input, &size);
    if (input->kind == 0 || input->kind >= PG_INPUT_KINDS || size != head->size)
        return false;
    memcpy((char *)input + ((const char *)place - (const char *)input), body, size);
    return is_possible(input);
}

/* Records lie at multiples of 16 bytes, so that the levels can be read where they are. */
static bool read_levels(const pg_flight_levels **found, const record_head *head, const char *body)
{
    const pg_flight_levels *levels = *found = (const pg_flight_levels *)(const void *)body;
    return head->size >= LEVELS_HEAD && levels->count <= PG_FLIGHT_LEVELS &&
           head->size == LEVELS_HEAD + levels->count * sizeof *levels->level &&
           (levels->side == PG_BUY || levels->side == PG_SELL);
}

static bool read_body(pg_flight_record *record, const record_head *head, const char *body)
{
    record->kind = head->kind & 255;
    record->time_ns = head->time_ns;
    if (record->kind == PG_FLIGHT_INPUT)
        return read_input(record, head, body);
    if (record->kind == PG_FLIGHT_REQUEST) {
        if (head->size != sizeof record->request)
            return false;
        memcpy(&record->request, body, sizeof record->request);
        return true;
    }
    if (record->kind == PG_FLIGHT_BOOK)
        return read_levels(&record->levels, head, body);
    record->text = body;
    record->length = head->size;
    return record->kind >= PG_FLIGHT_META && record->kind <= PG_FLIGHT_END;
}

bool pg_flight_next(pg_flight_reader *reader, pg_flight_record *record, pg_error *err)
{
    record_head head;
    if (reader->at + sizeof head > reader->end)
        return false;
    memcpy(&head, reader->map + reader->at, sizeof head);
    if (head.kind == 0 && head.size == 0 && head.check == 0)
        return false; /* allocated, never written */
    const char *body = reader->map + reader->at + sizeof head;
    size_t size = sizeof head + padded(head.size);
    if (reader->at + size > reader->end || head.check != checksum(&head, body) || !read_body(record, &head, body)) {
        pg_fail(err, PG_ERR_CORRUPT, "the flight recording is torn at byte %llu", (unsigned long long)reader->at);
        return false;
    }
    record->at = reader->at;
    reader->at += size;
    return true;
}

int64_t pg_flight_time(const char *path, uint64_t from)
{
    pg_flight_reader *reader;
    pg_flight_record record;
    if (pg_flight_open(&reader, path, from, UINT64_MAX, NULL) != PG_OK)
        return 0;
    int64_t time_ns = pg_flight_next(reader, &record, NULL) ? record.time_ns : 0;
    pg_flight_reader_free(reader);
    return time_ns;
}
