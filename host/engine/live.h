/* The engine in real time: inputs are pushed as they come, and the script pulls until it is idle.
 *
 * There is no simulated venue behind it: requests go to the gateway at once, replies come back as inputs. What it
 * decides depends on its inputs alone (and on fits, which are inputs when they are done). */
#ifndef PG_ENGINE_LIVE_H
#define PG_ENGINE_LIVE_H

#include "engine/engine.h"
#include "engine/input.h"

/* Beside pg_engine_config, whose tape, matcher and latencies are not used. */
typedef struct {
    pg_gateway gateway;
    uint64_t first_id;  /* of its orders */
    int64_t start_ns;   /* time before the first input */
    bool fresh_replace; /* trade/orders.h */
    bool shadow;        /* decides and sends nothing: its declared quotes are looked at */
} pg_live_config;

pg_status pg_engine_new_live(pg_engine **engine, const pg_engine_config *config, const pg_live_config *live,
                             pg_error *err);

/* Puts an input at the end; it is acted upon at the next pg_engine_next. Aborts when there is no memory. */
void pg_engine_push(pg_engine *engine, const pg_input *input);

/* When the next timer, or an order by the quote policy, is due; INT64_MAX: none. */
int64_t pg_engine_next_timer(const pg_engine *engine);

/* Bits of pg_input_hold in force. */
uint32_t pg_engine_holds(const pg_engine *engine);

/* Takes in what waits in the inbox without a callback and without a request, but for the cancels that a hold asks for:
 * the script is not there any more, and another is about to take over or the engine to be halted. */
void pg_engine_follow(pg_engine *engine);

/* How many inputs wait in the inbox. */
uint32_t pg_engine_waiting(const pg_engine *engine);

/* A shadow becomes the one that trades: orders, position, account, holds, gateway and order numbers pass over from
 * `from`, which is left as a shadow. Both must have seen the same inputs. Nothing is sent by it. */
void pg_engine_take_over(pg_engine *engine, pg_engine *from);

/* Where its requests go from now on. */
void pg_engine_set_gateway(pg_engine *engine, pg_gateway gateway);

/* For replays: from the call number `calls` of a script on (pg_engine_stats), and `requests` sent, the engine takes no
 * more requests, and it makes no further call; there the recorded script was stopped. 0: never. */
void pg_engine_cut(pg_engine *engine, uint64_t calls, uint64_t requests);

/* Who runs its fits: start(worker, number, call), answered by an input of kind WORK. NULL: the script runs them itself. */
void pg_engine_set_workers(pg_engine *engine, void *worker, void (*start)(void *worker, uint64_t number, void *call));

/* What was last declared, false when nothing was. */
bool pg_engine_declared(const pg_engine *engine, pg_desired *desired);

/* Forgets it: pg_engine_declared then tells what is declared from now on. */
void pg_engine_undeclare(pg_engine *engine);

/* The best declared price of a side (0 bids, 1 asks); NAN when nothing is declared there. */
double pg_desired_best(const pg_desired *desired, int side);

/* What last kept the quotes of a side from being what was declared. */
typedef enum {
    PG_BOUND_NONE,
    PG_BOUND_TOUCH,    /* post-only: behind the opposite best */
    PG_BOUND_POSITION, /* the position limit, or reduce-only */
    PG_BOUND_SMALL     /* below the venue's smallest order, or no price */
} pg_bound;

pg_bound pg_engine_bound(const pg_engine *engine, int side);

/* What may be open on a side in all, and how much is: size units. INT64_MAX: no limit. */
int64_t pg_engine_room(const pg_engine *engine, int side);

/* Lets a halted engine go on: another script takes over. */
void pg_engine_resume(pg_engine *engine);

/* The position by the fills that we have heard of. */
const pg_position *pg_engine_position(const pg_engine *engine);

#endif
