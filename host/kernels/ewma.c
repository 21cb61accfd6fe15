#include "kernels/ewma.h"

#include <math.h>

#include "kernels/series.h"

double pg_ewma_alpha(double half_life_steps)
{
    return -expm1(-M_LN2 / half_life_steps);
}

double pg_ewma_alpha_dt(double dt_s, double half_life_s)
{
    return -expm1(-M_LN2 * dt_s / half_life_s);
}

double pg_ewma_alpha_ln2(double half_life_steps)
{
    return pg_clamp(M_LN2 / half_life_steps, 0.001, 1.0);
}

pg_kstatus pg_ewma_update(pg_ewma *ewma, double x, double alpha)
{
    if (!isfinite(x))
        return PG_K_BAD_INPUT;
    if (!(alpha > 0.0 && alpha <= 1.0))
        return PG_K_INVALID_PARAMS;
    ewma->value = ewma->n == 0 ? x : alpha * x + (1.0 - alpha) * ewma->value;
    ewma->n++;
    return PG_K_OK;
}

pg_kstatus pg_ewma_read(double *value, const pg_ewma *ewma)
{
    *value = ewma->n > 0 ? ewma->value : NAN;
    return ewma->n > 0 ? PG_K_OK : PG_K_WARMUP;
}
