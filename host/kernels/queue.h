/* Queue position of a resting order from level-2 data, and its probability of being filled.
 *
 * Price-time priority: front is the size ahead of us. Trades at our price, from the right aggressor, reduce it; a fall
 * of the displayed size that no trade explains is a cancellation, before or behind us with a probability that the
 * model gives (Rigtorp 2013). Sizes in base units, exclude our own order. Cost O(1). */
#ifndef PG_KERNELS_QUEUE_H
#define PG_KERNELS_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

/* P(front a, back b) that a cancellation happened behind us, f(x) = x^n or ln(1+x). */
typedef enum {
    PG_QUEUE_RISK_ADVERSE = 0, /* only trades move us up */
    PG_QUEUE_POWER1,           /* f(b)/(f(b)+f(a)) */
    PG_QUEUE_POWER2,           /* f(b)/f(a+b) */
    PG_QUEUE_POWER3,           /* 1 - f(a/(a+b)); the default, n = 3 */
    PG_QUEUE_LOG1,             /* POWER1 with the logarithm */
    PG_QUEUE_LOG2              /* POWER2 with the logarithm */
} pg_queue_model;

typedef struct {
    pg_queue_model model;
    double power;  /* n of the power models */
    double front;  /* size ahead; below 0: volume traded beyond the queue, ours to take */
    double traded; /* at our price since the last book change */
} pg_queue;

/* An order accepted behind `displayed` size (0 when it improves the price). displayed < 0 or a bad power:
 * invalid_params. */
pg_kstatus pg_queue_init(pg_queue *queue, pg_queue_model model, double power, double displayed);

/* The model of a name ("risk_adverse", "power1", ..., "log2"); -1 when there is none. */
int pg_queue_model_parse(const char *name);

/* A trade of this size at our price that would take from our side. */
pg_kstatus pg_queue_trade(pg_queue *queue, double size);

/* The displayed size at our price went from `before` to `after`. */
pg_kstatus pg_queue_depth(pg_queue *queue, double before, double after);

/* Size that can be filled now, in whole steps: floor(-front/step) step when front rounds below 0, else 0. */
double pg_queue_fillable(const pg_queue *queue, double step);

/* Takes min(remaining, fillable); what is left of the order stays at the head of the queue (front 0). */
double pg_queue_take(pg_queue *queue, double remaining, double step);

/* Size ahead after `age_s` of cancellations at this fraction a second: depth (1-fraction)^age.
 * `exponential` gives the seed code's exp(-fraction age), 18.1 % a second for 0.2. */
double pg_queue_decay(double depth, double age_s, double fraction_per_s, bool exponential);

typedef struct {
    double p_touch; /* erfc(d / (sigma sqrt(2T))): the price reaches ours within the horizon */
    double p_exec;  /* exp(-depth_ahead / (v T)): the queue ahead trades away */
    double p_fill;  /* their product */
} pg_fill_probability;

/* distance_px >= 0 USD, sigma_px USD/sqrt(s), horizon s, depth_ahead base units, volume rate base units/s at the
 * touch (0: p_exec 0). */
pg_kstatus pg_fill_probability_compute(pg_fill_probability *out, double distance_px, double sigma_px, double horizon_s,
                                       double depth_ahead, double volume_rate);

#endif
