/* Conversions between price space and return space, and between clocks. One function each, exact.
 *
 * price space: sigma_px USD/sqrt(s), kappa_px 1/USD, gamma_px 1/USD, delta_px USD.
 * return space: sigma_rel 1/sqrt(s), kappa_rel 1, gamma_rel 1, delta_rel fraction of mid.
 * A strategy runs entirely in one space; mid is in USD, dt in seconds. */
#ifndef PG_KERNELS_UNITS_H
#define PG_KERNELS_UNITS_H

double pg_sigma_px(double sigma_rel, double mid);
double pg_kappa_px(double kappa_rel, double mid);
double pg_gamma_px(double gamma_rel, double mid);
double pg_delta_px(double delta_rel, double mid);

/* Standard deviation of one step of dt seconds to 1/sqrt(s). */
double pg_sigma_rel(double sigma_step, double dt_s);

/* sigma over a horizon of T seconds, a day (86,400 s), a year (365 days). */
double pg_sigma_horizon(double sigma_rel, double horizon_s);
double pg_sigma_day(double sigma_rel);
double pg_sigma_year(double sigma_rel);

/* sigma_rel of an event clock: sqrt(variance per bucket * buckets per second). */
double pg_sigma_event(double variance_per_bucket, double buckets_per_s);

#endif
