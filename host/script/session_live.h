/* What a running session can be asked and told between two events: its state for a newer version, its parameters, its
 * reasons, an expression from the console. */
#ifndef PG_SCRIPT_SESSION_LIVE_H
#define PG_SCRIPT_SESSION_LIVE_H

#include "base/text.h"
#include "script/session.h"

enum { PG_STATE_DEPTH = 16, PG_STATE_VALUES = 100000 };

/* Hands the state of `from` (self.state: numbers, texts, booleans and tables of them) to `to`, through on_reload where it
 * has one. Errors: PG_ERR_INVALID naming what cannot be handed over (a function, a cycle, deeper than PG_STATE_DEPTH);
 * PG_ERR_SCRIPT of on_reload. Either way `from` is as it was. */
pg_status pg_session_carry(pg_session *to, pg_session *from, pg_error *err);

/* Sets a parameter ("gamma", "sigma.half_life_s") from text, checked as at the start; before and after (32 bytes each)
 * get the old and new value. */
pg_status pg_session_set(pg_session *session, const char *name, const char *value, char *before, char *after,
                         pg_error *err);

/* Evaluates a line with ctx, params, state, reasons and the estimators; without `write` nothing can be changed. Appends
 * what it gives. */
pg_status pg_session_eval(pg_session *session, const char *line, bool write, pg_text *out, pg_error *err);

/* Appends the terms that the current quotes were explained with, and the estimators' values, a line each. */
pg_status pg_session_why(pg_session *session, pg_text *out, pg_error *err);

/* What the estimator in a slot says now, if it gives that ("sigma", "sigma_rel"). NAN when there is none, when it has no
 * value, and when it fails. */
double pg_session_estimate(pg_session *session, const char *slot, const char *gives);

/* Appends the names that can be completed at the console, a line each. */
pg_status pg_session_names(pg_session *session, pg_text *out, pg_error *err);

/* Loads what the functions above need, which the first of them does otherwise: off the loop. */
pg_status pg_session_prepare(pg_session *session, pg_error *err);

/* Where what it prints goes from now on; NULL: nowhere. */
void pg_session_log_to(pg_session *session, const pg_log *log);

/* Collects garbage for at most PG_COLLECT_US (and one step of LuaJIT's) when the heap has grown by half since the last
 * cycle: to be called when nothing waits to be acted upon. LuaJIT's own collector goes on in callbacks; what is collected
 * here it need not do there, and marking gets done before much is changed, which keeps its atomic phase short. */
enum { PG_COLLECT_US = 100 };
void pg_session_collect(pg_session *session);

/* The files that this version was loaded from, with their texts. */
const pg_source_text *pg_session_sources(const pg_session *session, int *count);

/* The place among them of the file that the parameter params_file names; -1: there is none. Its text is empty while the
 * file is not there. */
int pg_session_params_text(const pg_session *session);

#endif
