/* The form of every action as a table: the names of its members in signing order, their types, and where they are in
 * the structures of action.h. Encoding, hashing and reading all walk these tables, so that they cannot differ. */
#ifndef PG_VENUE_HYPERLIQUID_SCHEMA_H
#define PG_VENUE_HYPERLIQUID_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "venue/hyperliquid/action.h"

typedef enum {
    PG_HL_F_END,
    PG_HL_F_TEXT,         /* const char *: as it is */
    PG_HL_F_DECIMAL,      /* const char *: a decimal number */
    PG_HL_F_AMOUNT,       /* const char *: a decimal number, perhaps with " subaccount:0x..." behind it */
    PG_HL_F_ADDRESS,      /* const char *: EIP-712 type address */
    PG_HL_F_ADDRESS_TEXT, /* const char *: an address or ""; EIP-712 type string */
    PG_HL_F_CLOID,        /* const char * */
    PG_HL_F_BYTES,        /* const char *: hexadecimal; EIP-712 type bytes */
    PG_HL_F_INT,          /* int64_t of 0 or more; EIP-712 type uint64 */
    PG_HL_F_SIGNED,       /* int64_t */
    PG_HL_F_INT32,        /* int64_t; EIP-712 type uint32 */
    PG_HL_F_UINT,         /* uint64_t */
    PG_HL_F_BOOL,
    PG_HL_F_FLAG,       /* bool that exists only as true */
    PG_HL_F_TRUE,       /* always true; nothing in the structure */
    PG_HL_F_SWITCH,     /* pg_hl_switch: bool or nil */
    PG_HL_F_CHOICE,     /* an enum from 1 on: the text of the same place in choices */
    PG_HL_F_GROUPING,   /* pg_hl_grouping, and the priority rate that belongs to it */
    PG_HL_F_ORDER_NAME, /* pg_hl_order_name */
    PG_HL_F_OBJECT,     /* members of the same structure, in an object of their own */
    PG_HL_F_STRUCT,     /* members of a structure at the offset */
    PG_HL_F_FIRST,      /* the first element of a list, without the list */
    PG_HL_F_LIST,       /* pointer and count: an array of objects */
    PG_HL_F_NONCE       /* the envelope's nonce; nothing in the structure */
} pg_hl_field_type;

enum {
    PG_HL_OPTIONAL =
        1, /* left out when not given: a NULL text, 0, an object none of whose texts and choices are given */
    PG_HL_NULLABLE = 2, /* nil when not given */
    PG_HL_UNNAMED = 4,  /* left out when NULL or ""; EIP-712 hashes "" then */
    PG_HL_ONE_OF = 8    /* an object that has exactly one of its members */
};

typedef struct pg_hl_field {
    const char *name;
    pg_hl_field_type type;
    uint16_t offset; /* in the structure; of the members of an object: in the same structure */
    uint16_t flags;
    uint16_t size;                     /* of an element of a list */
    const struct pg_hl_field *members; /* of an object, a structure, a list */
    const char *const *choices;        /* ends with NULL */
} pg_hl_field;

typedef struct {
    pg_hl_kind kind;
    const char *type;          /* member `type` */
    const char *primary;       /* EIP-712 name behind "HyperliquidTransaction:"; NULL: an L1 action */
    bool no_vault;             /* never for a vault: hashed and sent without one */
    const pg_hl_field *fields; /* behind `type`, and of a user-signed action behind `hyperliquidChain` */
} pg_hl_schema;

/* The schema of a kind; NULL for PG_HL_RAW and what is no kind. */
const pg_hl_schema *pg_hl_schema_of(pg_hl_kind kind);

/* The i-th schema; NULL behind the last. */
const pg_hl_schema *pg_hl_schema_at(int i);

/* Where a field is in its structure. */
const void *pg_hl_field_at(const void *base, const pg_hl_field *field);

/* Whether a field is to be written as a value that is not nil. */
bool pg_hl_field_is_given(const void *base, const pg_hl_field *field);

/* EIP-712 type of a field of a user-signed action. */
const char *pg_hl_field_solidity(pg_hl_field_type type);

#endif
