--- Tests of strategies: given a book, a position and what the estimators say, expect quotes. `perigee test FILE...`
--
--   local market = testing.market { strategy = "strategies/symmetric.lua", params = { size = 0.1 },
--     values = { fair = 100 }, max_position = 1 }
--   test("leans against inventory", function()
--     local flat = market:book { bid = 99.9, ask = 100.1, position = 0 }
--     local long = market:book { bid = 99.9, ask = 100.1, position = 0.5 }
--     expect(long.bid[1].price).below(flat.bid[1].price)
--   end)
--
-- The strategy runs in its sandbox, as it does live; its estimators are replaced by what `values` says, so that a test
-- says what the strategy does with a number and not how the number came about. Quotes are those that it declares,
-- before the host rounds them.
local sandbox = require "perigee.sandbox"
local declare = require "perigee.declare"

local M = {}

local huge = math.huge

----------------------------------------------------------------------------------------------------------- estimators

--- An estimator that says what the test told: a number is its value; a table gives what its methods return, a list for
-- several results, false for none (nil and the status "warmup").
local function stub(told)
  if type(told) ~= "table" then told = { value = told } end
  local object = {}
  for method, result in pairs(told) do
    object[method] = function()
      if result == false then return nil, "warmup" end
      if type(result) == "function" then return result() end
      if type(result) == "table" and result[1] ~= nil then return unpack(result) end
      if method == "value" then return result, nil, "ok" end
      return result
    end
  end
  if not object.value then
    function object.value() return nil, "off" end
  end
  return object
end

-------------------------------------------------------------------------------------------------------------- context

---@class perigee.TestMarket
local Market = {}
Market.__index = Market

local function levels(side, what)
  if type(side) == "number" then return { { side, 1 } } end
  if type(side) ~= "table" then error(("book: %s must be a price or a list of { price, size }"):format(what), 3) end
  if type(side[1]) == "number" then return { side } end
  return side
end

local function make_book(market)
  local book = {}
  function book.level(_, side, i)
    local level = market[side][i]
    if level then return level[1], level[2] end
    return nil
  end
  function book.imbalance(_, n)
    local sums = { bid = 0, ask = 0 }
    for side in pairs(sums) do
      for i = 1, math.min(n or 5, #market[side]) do sums[side] = sums[side] + market[side][i][2] end
    end
    local total = sums.bid + sums.ask
    return total > 0 and (sums.bid - sums.ask) / total or 0
  end
  function book.depth(_, side, price)
    local sum = 0
    for _, level in ipairs(market[side]) do
      if side == "bid" and level[1] >= price or side == "ask" and level[1] <= price then sum = sum + level[2] end
    end
    return sum
  end
  return book
end

local function declared(side)
  local list = {}
  if side and type(side[1]) == "table" then
    for _, pair in ipairs(side) do
      if pair[2] ~= 0 then list[#list + 1] = { price = pair[1], size = pair[2] } end
    end
  elseif side and side[2] ~= 0 then
    list[1] = { price = side[1], size = side[2] }
  end
  return list
end

--- The actions of a context: what a strategy does is kept for the test.
local function add_actions(ctx, market)
  function ctx.quote(_, quotes)
    market.quotes = { bid = declared(quotes.bid), ask = declared(quotes.ask), reasons = ctx.reasons,
      post_only = quotes.post_only ~= false, reduce_only = quotes.reduce_only == true }
  end
  function ctx.quote_none(_, reason)
    market.quotes = { bid = {}, ask = {}, none = reason or "no reason", reasons = ctx.reasons }
  end
  function ctx.explain(_, name, value) ctx.reasons[name] = value end
  local function order(side)
    return function(_, price, size, options)
      local id = #market.orders + 1
      market.orders[id] = { id = id, side = side, price = price, size = size, tif = options and options.tif or "gtc",
        reduce_only = options ~= nil and options.reduce_only == true, open = true }
      return id
    end
  end
  ctx.buy, ctx.sell = order "buy", order "sell"
  function ctx.cancel(_, id)
    local found = market.orders[id]
    if not found or not found.open then return false end
    found.open = false
    return true
  end
  function ctx.modify(_, id, price, size)
    local found = market.orders[id]
    if not found or not found.open then return false end
    found.price, found.size = price, size
    return true
  end
  function ctx.cancel_all()
    for _, found in ipairs(market.orders) do found.open = false end
  end
  function ctx.open_orders()
    local n = 0
    for _, found in ipairs(market.orders) do n = n + (found.open and 1 or 0) end
    return n
  end
  function ctx.every(_, ms, fn)
    local number = #market.timers + 1
    market.timers[number] = { period = ms / 1000, due = ctx.now + ms / 1000, fn = fn }
    return number
  end
  function ctx.work() return nil, "no fits in a test" end
  function ctx.file_params(_, max_age_s)
    local file = market.file
    if not file then return nil, "no params_file is given" end
    if file.time_s and ctx.now - file.time_s > max_age_s then return nil, "the params file is stale" end
    return file
  end
  function ctx.log(_, text, ...)
    market.log[#market.log + 1] = select("#", ...) > 0 and text:format(...) or text
  end
end

local market_keys = { strategy = true, params = true, values = true, tick = true, lot = true, max_position = true,
  capital = true, maker_fee = true, taker_fee = true, now = true, file = true, symbol = true }

--- A strategy in a market that the test makes up.
---@param options {strategy: string, params?: table<string, any>, values?: table<string, any>, tick?: number,
---  lot?: number, max_position?: number, capital?: number, maker_fee?: number, taker_fee?: number, now?: number,
---  file?: table<string, number>, symbol?: string} values by slot: a number, or { method = result }; file: what the
---  params_file says
---@return perigee.TestMarket
function M.market(options)
  for key in pairs(options) do
    if not market_keys[key] then
      error(("testing.market has no option '%s'%s"):format(tostring(key),
        declare.guess(tostring(key), declare.sorted_names(market_keys))), 2)
    end
  end
  local path = options.strategy or error("testing.market needs a strategy", 2)
  local market = setmetatable({ bid = {}, ask = {}, orders = {}, timers = {}, log = {}, file = options.file }, Market)
  local function say(text) market.log[#market.log + 1] = text end
  local class = sandbox.run(path, path, sandbox.environment({ strategy = declare.strategy }, say))
  declare.check_class(class, "strategy", path)
  local params = declare.guard_parameters(declare.parameters(class, options.params or {}, path))
  market.strategy = setmetatable({ params = params, state = {} }, class)
  local ctx = { symbol = options.symbol or "TEST", venue = "test", now = options.now or 1735689600, position = 0,
    realised = 0, held = false, tick = options.tick or 0.1, lot = options.lot or 0.001,
    capital = options.capital or 1000, max_position = options.max_position or huge,
    maker_fee = options.maker_fee or 0, taker_fee = options.taker_fee or 0, reasons = {}, random = math.random }
  ctx.book = make_book(market)
  add_actions(ctx, market)
  local values = options.values or {}
  for slot in pairs(class.declaration.definition.estimators or {}) do ctx[slot] = stub(values[slot]) end
  for slot in pairs(values) do
    if not ctx[slot] then error(("testing.market: %s has no estimator slot '%s'"):format(path, slot), 2) end
  end
  market.ctx = ctx
  return market
end

--- Changes what estimators say.
---@param values table<string, any>
function Market:says(values)
  for slot, told in pairs(values) do self.ctx[slot] = stub(told) end
end

--- Starts the strategy, at the first event, with the book that is known then.
function Market:start()
  if self.started then return end
  self.started = true
  if self.strategy.on_start then self.strategy:on_start(self.ctx) end
end

--- A book: prices or lists of { price, size }, best first. Other keys set the context's fields (position, now, ...).
-- Returns what is declared then: { bid = { { price, size } ... }, ask = ..., none = reason or nil, reasons = table }.
---@param book {bid: any, ask: any, position?: number}
function Market:book(book)
  local ctx = self.ctx
  self.bid, self.ask = book.bid and levels(book.bid, "bid") or {}, book.ask and levels(book.ask, "ask") or {}
  for key, value in pairs(book) do
    if key ~= "bid" and key ~= "ask" then ctx[key] = value end
  end
  local bid, ask = self.bid[1], self.ask[1]
  ctx.bid, ctx.bid_size = bid and bid[1], bid and bid[2] or 0
  ctx.ask, ctx.ask_size = ask and ask[1], ask and ask[2] or 0
  ctx.mid = bid and ask and (bid[1] + ask[1]) / 2 or nil
  self:start()
  if self.strategy.on_book then self.strategy:on_book(ctx) end
  return self.quotes
end

--- Lets time pass; timers that become due are called, in their order.
---@param seconds number
function Market:advance(seconds)
  local ctx = self.ctx
  local stop = ctx.now + seconds
  while true do
    local next_timer
    for _, timer in ipairs(self.timers) do
      if timer.due <= stop and (not next_timer or timer.due < next_timer.due) then next_timer = timer end
    end
    if not next_timer then break end
    ctx.now, next_timer.due = next_timer.due, next_timer.due + next_timer.period
    if next_timer.fn then next_timer.fn(ctx) elseif self.strategy.on_timer then self.strategy:on_timer(ctx) end
  end
  ctx.now = stop
end

--- A public trade, a fill of ours (which moves the position), a funding settlement.
---@param trade {price: number, size: number, side: "buy"|"sell"}
function Market:trade(trade)
  self:start()
  if self.strategy.on_trade then self.strategy:on_trade(self.ctx, trade) end
end

--- What the market that is referred to shows and holds.
---@param reference {bid: number, ask: number, position?: number}
function Market:reference(reference)
  local ctx = self.ctx
  ctx.reference = { bid = reference.bid, ask = reference.ask, mid = (reference.bid + reference.ask) / 2,
    position = reference.position or 0, time = ctx.now }
  self:start()
  if self.strategy.on_reference then self.strategy:on_reference(ctx) end
  return self.quotes
end

---@param fill {price: number, size: number, side: "buy"|"sell", fee?: number, maker?: boolean}
function Market:fill(fill)
  self:start()
  self.ctx.position = self.ctx.position + (fill.side == "buy" and fill.size or -fill.size)
  if self.strategy.on_fill then self.strategy:on_fill(self.ctx, fill) end
end

---------------------------------------------------------------------------------------------------------------- tests

local function shown(value) return type(value) == "string" and ("'%s'"):format(value) or tostring(value) end

--- Expectations of a value; each raises with what was expected and what there was.
---@param value any
function M.expect(value)
  local function check(ok, what, other)
    if not ok then error(("expected %s %s, but it is %s"):format(what, shown(other), shown(value)), 3) end
  end
  return {
    equal = function(other) check(value == other, "the value to be", other) end,
    near = function(other, tolerance)
      local ok = type(value) == "number" and math.abs(value - other) <= (tolerance or 1e-9)
      check(ok, ("a number within %g of"):format(tolerance or 1e-9), other)
    end,
    above = function(other) check(type(value) == "number" and value > other, "a number above", other) end,
    below = function(other) check(type(value) == "number" and value < other, "a number below", other) end,
    none = function() check(value == nil, "nothing:", nil) end,
    matches = function(pattern)
      check(type(value) == "string" and value:find(pattern) ~= nil, "a text that matches", pattern)
    end,
  }
end

--- Runs test files and prints a line for each test that fails, and a summary.
---@param ... string paths
---@return integer failed
---@return integer passed
function M.run(...)
  local failed, passed = 0, 0
  for _, path in ipairs { ... } do
    local function test(name, fn)
      local ok, why = xpcall(fn, function(e) return type(e) == "string" and e or tostring(e) end)
      if ok then
        passed = passed + 1
      else
        failed = failed + 1
        print(("FAILED  %s: %s\n        %s"):format(path, name, why))
      end
    end
    local chunk, wrong = loadfile(path)
    if not chunk then error(wrong, 0) end
    setfenv(chunk, setmetatable({ test = test, expect = M.expect, testing = M }, { __index = _G }))
    chunk()
  end
  print(("%d passed, %d failed"):format(passed, failed))
  return failed, passed
end

return M
