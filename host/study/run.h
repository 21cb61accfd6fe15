/* A kept run, as the study's API and its report share it. */
#ifndef PG_STUDY_RUN_H
#define PG_STUDY_RUN_H

#include "study/metrics.h"

struct pg_study_run {
    pg_backtest *backtest;
    pg_metrics metrics;
};

#endif
