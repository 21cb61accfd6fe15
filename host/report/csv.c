#include "report/report.h"

#include "base/decimal.h"
#include "base/file.h"

static void fills(pg_text *out, const pg_report *report)
{
    const pg_engine *engine = pg_backtest_engine(report->backtest);
    const pg_instrument *in = pg_engine_instrument(engine);
    size_t count;
    uint64_t total;
    const pg_fill_record *fill = pg_history_fills(pg_engine_history(engine), &count, &total);
    pg_text_print(out, "time_ns,order,side,price,size,fee,maker,mid,position\n");
    for (size_t i = 0; i < count; i++) {
        char price[PG_DECIMAL_TEXT], size[PG_DECIMAL_TEXT], position[PG_DECIMAL_TEXT], mid[40];
        pg_double_format(mid, sizeof mid, pg_price_double(in, fill[i].mark_x2) / 2);
        pg_text_print(out, "%lld,%llu,%s,%s,%s,%.10g,%d,%s,%s\n", (long long)fill[i].time_ns,
                      (unsigned long long)fill[i].order, pg_side_name(fill[i].side),
                      pg_decimal_format_short(price, sizeof price, fill[i].price, in->price_decimals),
                      pg_decimal_format_short(size, sizeof size, fill[i].size, in->size_decimals),
                      pg_money_double(in, fill[i].fee), fill[i].maker, mid,
                      pg_decimal_format_short(position, sizeof position, fill[i].position, in->size_decimals));
    }
}

static void equity(pg_text *out, const pg_report *report)
{
    size_t count;
    int64_t grid_ns;
    const pg_equity_point *points =
        pg_history_equity(pg_engine_history(pg_backtest_engine(report->backtest)), &count, &grid_ns);
    pg_text_print(out, "time_ns,equity\n");
    for (size_t i = 0; i < count; i++) {
        char value[40];
        pg_text_print(out, "%lld,%s\n", (long long)points[i].time_ns,
                      pg_double_format(value, sizeof value, points[i].equity));
    }
}

static pg_status write_out(const char *folder, const char *name, pg_text *text, pg_error *err)
{
    char path[PG_PATH_SIZE];
    pg_status status = pg_text_check(text, err);
    if (status == PG_OK)
        status = pg_file_join(path, folder, name, err);
    if (status == PG_OK)
        status = pg_file_write(path, text->data, text->length, err);
    pg_text_free(text);
    return status;
}

pg_status pg_report_csv(const char *folder, const pg_report *report, pg_error *err)
{
    pg_text text = { 0 };
    pg_status status = pg_file_make_folder(folder, err);
    if (status != PG_OK)
        return status;
    fills(&text, report);
    status = write_out(folder, "fills.csv", &text, err);
    if (status != PG_OK)
        return status;
    equity(&text, report);
    return write_out(folder, "equity.csv", &text, err);
}
