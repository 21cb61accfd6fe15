/* The HTML report of a run that a Lua program keeps (study/api.h declares it; reports stand above studies). */
#include "base/file.h"
#include "report/report.h"
#include "study/api.h"
#include "study/run.h"

bool pg_study_report(const pg_study_run *run, const char *path, const char *command, char *error)
{
    pg_error err = { 0 };
    pg_text text = { 0 };
    pg_report report = { run->backtest, &run->metrics, command };
    pg_status status = pg_report_html(&text, &report, &err);
    if (status == PG_OK)
        status = pg_file_write(path, text.data, text.length, &err);
    pg_text_free(&text);
    if (status != PG_OK)
        pg_error_text(&err, error, PG_STUDY_ERROR);
    return status == PG_OK;
}
