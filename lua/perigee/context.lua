--- The context: what a strategy or an estimator sees of its market, and how it acts.
local ffi = require "ffi"
local host = require "perigee.host"
local explain = require "perigee.explain"
local work = require "perigee.work"

local C = host.C
local huge = math.huge

local M = {}

local sides = { "buy", "sell" }
local numbers = { buy = 1, sell = 2, bid = 1, ask = 2 }
local tifs = { gtc = 0, ioc = 1, alo = 2 }
local states = { "pending_new", "live", "pending_replace", "pending_cancel", "filled", "cancelled", "rejected" }
local reasons = {
  [0] = "none", "post_only", "reduce_only", "price", "size", "min_notional", "unknown", "ioc", "self_trade",
  "too_many", "expired", "limit", "margin", "far_price", "no_match", "capped", "rate_limit", "closed", "signature",
  "liquidation", "switch", "unsent", "other",
}
M.sides, M.states, M.reasons = sides, states, reasons

local function bad_number(what, value, level)
  error(("%s must be a finite number, not %s"):format(what, tostring(value)), level + 1)
end

local function check_number(what, value, level)
  if type(value) ~= "number" or value ~= value or value == huge or value == -huge then
    bad_number(what, value, level + 1)
  end
end

local function side_number(what, side, level)
  local n = numbers[side]
  if not n then error(("%s: side must be 'buy' or 'sell', not %s"):format(what, tostring(side)), level + 1) end
  return n
end

---@class perigee.Book
---@field bid number best bid price (also ctx.bid); nil when the side is empty
---@field level fun(self, side: "bid"|"ask", i: integer): number?, number? price and size of the i-th level (1: best)
---@field imbalance fun(self, levels?: integer): number (bid - ask size) / total over the best levels, -1 to 1
---@field depth fun(self, side: "bid"|"ask", price: number): number size from the touch to a price, base units

local function make_book(engine)
  local book = {}
  local price, size = ffi.new "double[1]", ffi.new "double[1]"

  function book.level(_, side, i)
    if type(i) ~= "number" then error("book:level(side, i): i must be a number", 2) end
    if not C.pg_engine_level(engine, side_number("book:level", side, 2), i, price, size) then return nil end
    return price[0], size[0]
  end

  function book.imbalance(_, levels)
    levels = levels or 5
    check_number("book:imbalance: levels", levels, 2)
    return C.pg_api_imbalance(engine, levels)
  end

  function book.depth(_, side, limit)
    check_number("book:depth: price", limit, 2)
    return C.pg_api_depth(engine, side_number("book:depth", side, 2), limit)
  end

  return book
end

--- Writes one level into the desired quotes.
local function put(desired, s, n, price, size, what)
  if type(price) ~= "number" or price ~= price or price == huge or price == -huge then
    bad_number(("ctx:quote: %s price"):format(what), price, 4)
  end
  if type(size) ~= "number" or size ~= size or size == huge or size < 0 then
    bad_number(("ctx:quote: %s size (not negative)"):format(what), size, 4)
  end
  if n >= 32 then error("ctx:quote: at most 32 levels a side", 4) end
  desired.price[s][n] = price
  desired.size[s][n] = size
end

--- One side: { price, size } or { { price, size }, ... }. A size of 0 means: no quote there.
local function put_side(desired, s, side, what)
  local n = 0
  if side then
    local first = side[1]
    if type(first) == "table" then
      for i = 1, #side do
        if side[i][2] ~= 0 then
          put(desired, s, n, side[i][1], side[i][2], what)
          n = n + 1
        end
      end
    elseif side[2] ~= 0 then
      put(desired, s, 0, first, side[2], what)
      n = 1
    end
  end
  desired.count[s] = n
end

---@class perigee.Context
---@field now number engine time, seconds since the Unix epoch; there is no other clock
---@field bid number? best bid, quote units
---@field ask number? best ask
---@field bid_size number base units
---@field ask_size number
---@field mid number? nil unless both sides are there
---@field position number base units, signed
---@field max_position number base units; math.huge when there is no limit
---@field capital number quote units at the start
---@field realised number realised profit so far, quote units
---@field tick number smallest price step, quote units
---@field lot number smallest size step, base units
---@field symbol string
---@field venue string
---@field book perigee.Book
---@field maker_fee number fraction of notional
---@field taker_fee number
---@field reference? {bid: number?, ask: number?, mid: number?, position: number, time: number} the market that
---  config.lua (reference =) or --reference names, with what this session holds there; nil before it was heard of
---@field held boolean quoting is held by the host: a limit, old data, a pause
---@field reasons table<string, number> what ctx:explain was last told

--- Makes the context of one market. `timers` receives the functions of ctx:every by timer number; `session.file` holds
-- what the file named by the parameter params_file said. Returns the context, the engine's view, a function that brings
-- the context up to date with it, and the queue of jobs.
function M.new(engine, market, timers, say, session)
  local view = C.pg_engine_view(engine)
  local desired = ffi.new "pg_desired"
  local reasons_told, publish = explain.new(C.pg_engine_explanation(engine))
  local ctx = {
    symbol = market.symbol,
    venue = market.venue,
    maker_fee = market.maker_fee,
    taker_fee = market.taker_fee,
    capital = view.capital,
    max_position = view.max_position > 0 and view.max_position or huge,
    tick = view.tick,
    lot = view.lot,
    position = 0,
    realised = 0,
    held = false,
    now = 0,
    book = make_book(engine),
    reasons = reasons_told,
    random = math.random,
  }

  --- Declares what should rest: { bid = { price, size }, ask = { price, size } }, or lists of such pairs.
  -- A side left out is empty. Rounded by the venue's rules (bid down, ask up), post-only unless post_only = false.
  ---@param quotes {bid?: table, ask?: table, post_only?: boolean, reduce_only?: boolean}
  function ctx.quote(_, quotes)
    if type(quotes) ~= "table" then error("ctx:quote takes a table", 2) end
    put_side(desired, 0, quotes.bid, "bid")
    put_side(desired, 1, quotes.ask, "ask")
    desired.post_only = quotes.post_only ~= false
    desired.reduce_only = quotes.reduce_only == true
    reasons_told.none = nil
    publish()
    C.pg_engine_quote(engine, desired)
  end

  --- Pulls all quotes; the reason is kept.
  function ctx.quote_none(_, reason)
    desired.count[0], desired.count[1] = 0, 0
    desired.post_only, desired.reduce_only = true, false
    reasons_told.none = reason
    C.pg_engine_quote(engine, desired)
  end

  --- Adds a term to the reasons kept with the quotes: a number, or a short text ("min_half_spread"). What it was told
  -- last goes with every quote that is declared from then on: into the console, the ledger and the report.
  ---@param name string
  ---@param value number|string|nil
  function ctx.explain(_, name, value) reasons_told[name] = value end

  local function order(what, side, price, size, options)
    check_number(what .. ": price", price, 3)
    check_number(what .. ": size", size, 3)
    local tif = tifs[options and options.tif or "gtc"]
    if not tif then error(what .. ": tif must be 'gtc', 'ioc' or 'alo'", 3) end
    local reduce_only = options ~= nil and options.reduce_only == true
    local id = tonumber(C.pg_engine_order(engine, side, price, size, tif, reduce_only))
    if id == 0 then return nil, "the order cannot be sent: price, size, position limit or too many orders" end
    return id
  end

  --- Places one order. Returns its id, or nil and why not.
  ---@param price number quote units
  ---@param size number base units
  ---@param options? {tif?: "gtc"|"ioc"|"alo", reduce_only?: boolean}
  function ctx.buy(_, price, size, options) return order("ctx:buy", 1, price, size, options) end

  function ctx.sell(_, price, size, options) return order("ctx:sell", 2, price, size, options) end

  --- Asks for an order to be cancelled; false when it is gone or has a request in flight.
  function ctx.cancel(_, id)
    check_number("ctx:cancel: id", id, 2)
    return C.pg_engine_cancel(engine, id)
  end

  --- Asks for a new price and open size; false when that is not possible now.
  function ctx.modify(_, id, price, size)
    check_number("ctx:modify: id", id, 2)
    check_number("ctx:modify: price", price, 2)
    check_number("ctx:modify: size", size, 2)
    return C.pg_engine_modify(engine, id, price, size)
  end

  function ctx.cancel_all() C.pg_engine_cancel_all(engine) end

  function ctx.open_orders() return C.pg_api_open_orders(engine) end

  --- Calls fn(ctx) every `ms` milliseconds of engine time (on_timer(ctx, number) when fn is left out).
  ---@return integer number of the timer
  function ctx.every(_, ms, fn)
    check_number("ctx:every: ms", ms, 2)
    local number = C.pg_engine_timer(engine, ms / 1000, false)
    if number == 0 then error("ctx:every: at least 1 ms, and at most 64 timers", 2) end
    timers[number] = fn or false
    return number
  end

  local jobs = work.queue(engine)

  --- Hands a model fit to the engine: it runs beside the decisions, and fn(ctx, result, status) is called when it is
  -- done. In a backtest that is latency_ms (20) of engine time later, on the data of now.
  ---@param job table made by a kernel object: object:job(...)
  ---@param fn? fun(ctx: perigee.Context, result: any, status: string)
  ---@param latency_ms? number
  ---@return boolean? started nil and why not, when too many are waiting
  function ctx.work(_, job, fn, latency_ms)
    latency_ms = latency_ms or 20
    check_number("ctx:work: latency_ms", latency_ms, 2)
    if latency_ms < 0 then error("ctx:work: latency_ms must not be negative", 2) end
    return jobs.request(ctx.now, job, fn, latency_ms / 1000)
  end

  --- What the file of the parameter params_file says (`perigee quote --params-out` writes such files): sigma_rel,
  -- kappa_bid_rel, kappa_ask_rel, a_bid, a_ask, gamma_rel, time_s, symbol. nil and the reason when there is no file, it
  -- cannot be read, or it is older than max_age_s.
  ---@param max_age_s number
  ---@return table<string, number|string>? values
  ---@return string? reason
  function ctx.file_params(_, max_age_s)
    check_number("ctx:file_params: max_age_s", max_age_s, 2)
    if not session.file then return nil, session.file_why end
    local time = session.file.time_s
    if type(time) ~= "number" then return nil, "the params file has no time_s" end
    if ctx.now - time > max_age_s then
      return nil, ("the params file is stale: %.0f s old"):format(ctx.now - time)
    end
    return session.file
  end

  --- Writes a line to the log.
  function ctx.log(_, text, ...)
    say(select("#", ...) > 0 and tostring(text):format(...) or tostring(text))
  end

  --- Brings the fields up to date with the engine's view.
  local function refresh()
    local bid, ask, mid = view.bid, view.ask, view.mid
    ctx.now = view.now_s
    ctx.bid = bid == bid and bid or nil
    ctx.ask = ask == ask and ask or nil
    ctx.mid = mid == mid and mid or nil
    ctx.bid_size = view.bid_size
    ctx.ask_size = view.ask_size
    ctx.position = view.position
    ctx.held = view.holds ~= 0
  end

  return ctx, view, refresh, jobs
end

return M
