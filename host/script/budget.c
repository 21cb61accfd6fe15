#include "script/budget.h"

#include <time.h>

static int64_t cpu_time_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int read_clock(pg_budget *budget)
{
    int64_t now = cpu_time_ns();
    budget->countdown = PG_BUDGET_STRIDE;
    if (!budget->running) {
        budget->running = 1;
        budget->started_ns = now;
    }
    budget->spent_ns = now - budget->started_ns;
    if (budget->spent_ns < budget->limit_ns)
        return 0;
    budget->countdown = 1; /* whoever catches the error meets it again at the next probe */
    return 1;
}

int pg_budget_probe(pg_budget *budget)
{
    return --budget->countdown > 0 ? 0 : read_clock(budget);
}

void pg_budget_start(pg_budget *budget, int64_t limit_ns)
{
    budget->countdown = PG_BUDGET_STRIDE;
    budget->running = 0;
    budget->limit_ns = limit_ns;
    budget->spent_ns = 0;
}

void pg_budget_forgive(pg_budget *budget)
{
    pg_budget_start(budget, budget->limit_ns);
}
