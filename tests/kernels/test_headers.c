/* Every kernel header, stripped of comments and preprocessor lines, is taken by LuaJIT's ffi.cdef, in the order that
 * its includes ask for; sizes of structs agree with C's, and functions can be called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <lauxlib.h>
#include <lualib.h>

#include "kernels/bayes_kappa.h"
#include "kernels/bipower.h"
#include "kernels/book_kappa.h"
#include "kernels/cascade.h"
#include "kernels/ewma.h"
#include "kernels/funding.h"
#include "kernels/garch.h"
#include "kernels/garch_fit.h"
#include "kernels/hawkes.h"
#include "kernels/hybrid_vol.h"
#include "kernels/imbalance.h"
#include "kernels/intensity.h"
#include "kernels/jumps.h"
#include "kernels/ladder.h"
#include "kernels/markout.h"
#include "kernels/microprice.h"
#include "kernels/microprice_stoikov.h"
#include "kernels/minimize.h"
#include "kernels/momentum.h"
#include "kernels/noise.h"
#include "kernels/ols.h"
#include "kernels/performance.h"
#include "kernels/pnl.h"
#include "kernels/queue.h"
#include "kernels/quote_as.h"
#include "kernels/quote_cartea.h"
#include "kernels/quote_glft.h"
#include "kernels/quote_hjb.h"
#include "kernels/quote_rules.h"
#include "kernels/regime.h"
#include "kernels/returns.h"
#include "kernels/risk_gamma.h"
#include "kernels/series.h"
#include "kernels/spread_regime.h"
#include "kernels/stochastic_variance.h"
#include "kernels/trend.h"
#include "kernels/tridiagonal.h"
#include "kernels/units.h"
#include "kernels/variance.h"
#include "kernels/virtual_quoting.h"
#include "kernels/volume_clock.h"

static const char script[] = "local ffi = require 'ffi'\n"
                             "local done, count = {}, 0\n"
                             "local function strip(text)\n"
                             "  text = text:gsub('/%*.-%*/', ' '):gsub('//[^\\n]*', '')\n"
                             "  return (('\\n' .. text):gsub('\\n[ \\t]*#[^\\n]*', '\\n'))\n"
                             "end\n"
                             "local function take(name)\n"
                             "  if done[name] then return end\n"
                             "  done[name] = true\n"
                             "  local file = assert(io.open('host/' .. name))\n"
                             "  local text = file:read('*a')\n"
                             "  file:close()\n"
                             "  for other in text:gmatch('#include \"(kernels/[%w_]+%.h)\"') do take(other) end\n"
                             "  local ok, err = pcall(ffi.cdef, strip(text))\n"
                             "  if not ok then error(name .. ': ' .. err, 0) end\n"
                             "  count = count + 1\n"
                             "end\n"
                             "local list = io.popen('ls host/kernels/*.h')\n"
                             "for path in list:lines() do take(path:match('^host/(.*)$')) end\n"
                             "list:close()\n"
                             "assert(count >= 40, 'only ' .. count .. ' headers')\n"
                             "function size_of(name) return tonumber(ffi.sizeof(name)) end\n"
                             "local out = ffi.new('pg_ols')\n"
                             "local x, y = ffi.new('double[3]', 1, 2, 3), ffi.new('double[3]', 2, 4, 6)\n"
                             "assert(ffi.C.pg_ols_fit(out, x, y, nil, 3, 'PG_CI_STUDENT') == ffi.C.PG_K_OK)\n"
                             "assert(out.slope == 2)\n"
                             "assert(ffi.string(ffi.C.pg_kstatus_name(ffi.C.PG_K_AT_BOUNDARY)) == 'at_boundary')\n"
                             "assert(not pcall(ffi.cdef, 'int broken('))\n";

static const struct {
    const char *name;
    size_t size;
} layouts[] = {
#define LAYOUT(type)                                                                                                   \
    {                                                                                                                  \
#type, sizeof(type)                                                                                            \
    }
    LAYOUT(pg_bayes_kappa),
    LAYOUT(pg_bipower),
    LAYOUT(pg_bipower_scales),
    LAYOUT(pg_book_kappa),
    LAYOUT(pg_cascade),
    LAYOUT(pg_cascade_state),
    LAYOUT(pg_ewma),
    LAYOUT(pg_funding),
    LAYOUT(pg_garch_fit),
    LAYOUT(pg_garch_options),
    LAYOUT(pg_garch_series),
    LAYOUT(pg_hawkes_fit),
    LAYOUT(pg_hawkes_filter),
    LAYOUT(pg_hybrid),
    LAYOUT(pg_intensity),
    LAYOUT(pg_flow_imbalance),
    LAYOUT(pg_jumps),
    LAYOUT(pg_ladder_level),
    LAYOUT(pg_ladder_options),
    LAYOUT(pg_allocation),
    LAYOUT(pg_markout),
    LAYOUT(pg_microprice),
    LAYOUT(pg_stoikov),
    LAYOUT(pg_minimum),
    LAYOUT(pg_momentum),
    LAYOUT(pg_local_level),
    LAYOUT(pg_ols),
    LAYOUT(pg_performance),
    LAYOUT(pg_pnl),
    LAYOUT(pg_queue),
    LAYOUT(pg_as_return_input),
    LAYOUT(pg_cartea_model),
    LAYOUT(pg_glft_input),
    LAYOUT(pg_hjb_input),
    LAYOUT(pg_quote_rules),
    LAYOUT(pg_final_quote),
    LAYOUT(pg_regime_state),
    LAYOUT(pg_mid),
    LAYOUT(pg_risk_gamma_config),
    LAYOUT(pg_welford),
    LAYOUT(pg_spread_regime),
    LAYOUT(pg_sv),
    LAYOUT(pg_supertrend),
    LAYOUT(pg_rolling),
    LAYOUT(pg_virtual_trades),
    LAYOUT(pg_virtual_fit),
    LAYOUT(pg_volume_clock),
    LAYOUT(pg_random),
#undef LAYOUT
};

static void headers_are_ffi_declarations(void **state)
{
    lua_State *lua = luaL_newstate();
    (void)state;
    assert_non_null(lua);
    luaL_openlibs(lua);
    if (luaL_dostring(lua, script) != 0)
        fail_msg("%s", lua_tostring(lua, -1));
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        lua_getglobal(lua, "size_of");
        lua_pushstring(lua, layouts[i].name);
        if (lua_pcall(lua, 1, 1, 0) != 0)
            fail_msg("%s", lua_tostring(lua, -1));
        if ((size_t)lua_tonumber(lua, -1) != layouts[i].size)
            fail_msg("%s: %g bytes in Lua, %zu in C", layouts[i].name, lua_tonumber(lua, -1), layouts[i].size);
        lua_pop(lua, 1);
    }
    lua_close(lua);
}

static void names_of_statuses(void **state)
{
    (void)state;
    for (int i = 0; i < PG_K_STATUS_COUNT; i++)
        assert_int_equal(pg_kstatus_parse(pg_kstatus_name((pg_kstatus)i)), i);
    assert_int_equal(pg_kstatus_parse("splendid"), PG_K_STATUS_COUNT);
    assert_string_equal(pg_kstatus_name((pg_kstatus)99), "unknown");
    assert_string_equal(pg_gate_name(PG_GATE_COLLINEAR), "collinear");
    assert_string_equal(pg_gate_name(PG_GATE_TAIL | PG_GATE_COLLINEAR), "tail");
    assert_string_equal(pg_gate_name(0), "");
    assert_true(pg_kstatus_usable(PG_K_AT_BOUNDARY));
    assert_false(pg_kstatus_usable(PG_K_WARMUP));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_ffi_declarations),
        cmocka_unit_test(names_of_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
