-- Makes a ledger for test_ledger.py by the host's own functions: perigee lua make_ledger.lua PATH [crash]
-- One account, two markets, two sessions; with "crash" the process is killed before the last fill is in the database.
local ffi = require "ffi"
ffi.cdef [[
typedef struct { int64_t lo, hi; } __attribute__((aligned(16))) test_money;
typedef struct {
    uint64_t id; int64_t exch_ns, price, size, remaining; test_money fee; uint8_t kind, side, reason; bool maker;
} test_reply;
typedef struct { uint64_t id; int64_t price, size, open; uint8_t kind, side, tif; bool reduce_only; } test_request;
typedef struct { const char *path; uint64_t capacity; const void *log; } test_config;
typedef struct { uint64_t run; const char *mode, *config_hash, *program; } test_run;
typedef struct { const char *order_id, *trade_id, *words; } test_names;
typedef struct { int status; char what[512], where[320], remedy[256]; } test_error;
int pg_instrument_init(void *in, const char *venue, const char *symbol, int pd, int sd, int64_t tick, int64_t lot,
                       int significant, test_error *err);
int pg_ledger_open(void **ledger, const test_config *config, test_error *err);
int pg_ledger_close(void *ledger, test_error *err);
int pg_ledger_flush(void *ledger, int ms, test_error *err);
int pg_ledger_session(void *ledger, const test_run *run, int64_t now, test_error *err);
int pg_ledger_account(void *ledger, int account, const char *venue, const char *name, int64_t now, test_error *err);
int pg_ledger_market(void *ledger, int market, int account, const void *instrument, int64_t now, test_error *err);
int pg_ledger_request(void *ledger, int market, const test_request *r, uint64_t version, int flags,
  const char *reasons, int64_t now);
int pg_ledger_reply(void *ledger, int market, uint64_t run, const test_reply *r, const test_names *n, int64_t now);
int pg_ledger_equity(void *ledger, int account, int64_t equity_e6, int64_t free_e6, int64_t now);
int pg_ledger_funding(void *ledger, int market, int64_t amount_e6, int64_t rate_e12, int64_t exch, int64_t now);
int pg_ledger_risk(void *ledger, int market, const char *limit, const char *consequence, const char *text, int64_t now);
int pg_ledger_parameter(void *ledger, int market, const char *name, const char *value, const char *who, int64_t now);
int pg_ledger_version(void *ledger, uint64_t *version, int market, int event, const char *path, const char *text,
                      size_t length, int64_t now);
int pg_ledger_end(void *ledger, int64_t now);
int kill(int pid, int sig);
int getpid(void);
]]
local C = ffi.C
local path, mode = arg[1], arg[2]
local err = ffi.new "test_error"
local function must(status)
  if status ~= 0 then error(ffi.string(err.what) .. " (status " .. status .. ")", 2) end
end

local start = 1762905600000000000LL -- 2025-11-12T00:00:00Z
local function at(seconds) return start + seconds * 1000000000LL end

local ledger = ffi.new "void *[1]"
must(C.pg_ledger_open(ledger, ffi.new("test_config", path, 0, nil), err))
ledger = ledger[0]

local function begin(run, seconds)
  must(C.pg_ledger_session(ledger, ffi.new("test_run", run, "paper", "9c1d", "perigee 0.1"), at(seconds), err))
  must(C.pg_ledger_account(ledger, 0, "hl", "0xabc", at(seconds), err))
  for i, market in ipairs { { "ETH", 1, 4 }, { "BTC", 0, 5 } } do
    local instrument = ffi.new "char[256]"
    must(C.pg_instrument_init(instrument, "hl", market[1], market[2], market[3], 1, 1, 0, err))
    must(C.pg_ledger_market(ledger, i - 1, 0, instrument, at(seconds), err))
  end
end

local function order(market, id, side, price, size, seconds)
  local request = ffi.new("test_request", { id = id, kind = 1, side = side, price = price, size = size })
  must(C.pg_ledger_request(ledger, market, request, 0x8b07e2d000000001ULL, 2, "fair=3000", at(seconds)))
end

local function reply(market, run, id, kind, side, price, size, remaining, fee, names, seconds)
  local r = ffi.new("test_reply", { id = id, kind = kind, side = side, price = price, size = size,
                                    remaining = remaining, fee = { fee, fee < 0 and -1 or 0 }, maker = true,
                                    reason = kind == 2 and 1 or 0 })
  must(C.pg_ledger_reply(ledger, market, run, r, ffi.new("test_names", names[1], names[2], names[3]), at(seconds)))
end

begin(0x1111, 0)
local script = "return 1 -- the first version\n"
local version = ffi.new "uint64_t[1]"
must(C.pg_ledger_version(ledger, version, 0, 3, "strategies/glft.lua", script, #script, at(1)))
must(C.pg_ledger_equity(ledger, 0, 1000000000, 900000000, at(2)))
order(0, 1, 1, 30000, 1000, 10) -- buy 0.1 ETH at 3000
reply(0, 0x1111, 1, 1, 1, 30000, 0, 1000, 0, { "77" }, 11)
reply(0, 0x1111, 1, 3, 1, 30000, 1000, 0, 4500, { "77", "t1" }, 12) -- fee 0.045
order(1, 2, 2, 90000, 100, 20) -- sell 0.001 BTC at 90000
reply(1, 0x1111, 2, 2, 2, 90000, 0, 0, 0, { nil, nil, 'said "no", \27[31mred' }, 21)
for _ = 1, 2 do -- what is told again counts once
  must(C.pg_ledger_funding(ledger, 0, -3750, 12500000, at(25), at(26)))
end
must(C.pg_ledger_risk(ledger, 0, "max_drawdown", "shutdown", "5.1% of 1,000", at(30)))
must(C.pg_ledger_parameter(ledger, 0, "gamma", "0.8", "console", at(31)))
must(C.pg_ledger_end(ledger, at(40)))

begin(0x2222, 3600)
order(0, 1, 2, 30100, 400, 3610) -- sell 0.04 ETH at 3010
reply(0, 0x2222, 1, 1, 2, 30100, 0, 400, 0, { "78" }, 3611)
reply(0, 0x2222, 1, 3, 2, 30100, 400, 0, -100, { "78", "t2" }, 3612) -- a rebate
order(0, 2, 1, 29900, 500, 3620) -- stays open
must(C.pg_ledger_equity(ledger, 0, 1003500000, 900000000, at(3630)))
must(C.pg_ledger_funding(ledger, 0, 1000, -100000000, at(3600), at(3631)))
if mode == "crash" then
  must(C.pg_ledger_flush(ledger, 5000, err))
  reply(0, 0x2222, 2, 3, 1, 29900, 100, 400, 0, { "79", "t3" }, 3640)
  C.kill(C.getpid(), 9)
elseif mode == "run" then
  must(C.pg_ledger_flush(ledger, 5000, err))
  io.stdout:write("ready\n")
  io.stdout:flush()
  io.stdin:read "*l"
end
must(C.pg_ledger_close(ledger, err))
