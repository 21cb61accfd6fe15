#include "kernels/regime.h"

#include <math.h>

enum { RISE_AFTER = 2, FALL_AFTER = 8 };

static int32_t classify(double ratio, double s)
{
    if (ratio > 3.0 || s > 3.0)
        return PG_REGIME_EXTREME;
    if (s > 1.5)
        return PG_REGIME_HIGH;
    return s < 0.5 ? PG_REGIME_LOW : PG_REGIME_NORMAL;
}

static void report(pg_regime_state *out, const pg_regime *regime, bool toxic)
{
    static const double spread[] = { 0.8, 1.0, 1.5, 2.5 }, gamma[] = { 0.8, 1.0, 1.5, 3.0 };
    *out = (pg_regime_state){ regime->code, toxic, spread[regime->code + 1], gamma[regime->code + 1] };
}

pg_kstatus pg_regime_update(pg_regime_state *out, pg_regime *regime, double sigma_effective, double sigma_baseline,
                            double jump_ratio)
{
    report(out, regime, false);
    if (!isfinite(sigma_effective) || !isfinite(jump_ratio) || isinf(sigma_baseline) || sigma_effective < 0.0)
        return PG_K_BAD_INPUT;
    if (!(sigma_baseline > 0.0))
        return PG_K_WARMUP;

    int32_t seen = classify(jump_ratio, sigma_effective / sigma_baseline);
    bool up = seen > regime->code, was_up = regime->candidate > regime->code;
    bool continues = regime->run > 0 && up == was_up;
    regime->n++;
    regime->run = seen == regime->code ? 0 : continues ? regime->run + 1 : 1;
    /* The least extreme class of the run is what all its updates support. */
    regime->candidate = continues && up    ? (seen < regime->candidate ? seen : regime->candidate)
                        : continues && !up ? (seen > regime->candidate ? seen : regime->candidate)
                                           : seen;
    if (seen != regime->code && regime->run >= (up ? RISE_AFTER : FALL_AFTER)) {
        regime->code = regime->candidate;
        regime->run = 0;
    }
    report(out, regime, jump_ratio > 3.0);
    return PG_K_OK;
}
