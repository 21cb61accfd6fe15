--- Runs one strategy with its estimators on an engine: loads, checks, and turns the engine's calls into callbacks.
-- Called by host/script/session.c.
local host = require "perigee.host"
local ffi = require "ffi"
local sandbox = require "perigee.sandbox"
local declare = require "perigee.declare"
local context = require "perigee.context"
local estimator_names = require "perigee.estimator_names"

local C, budget = host.C, host.budget

local M = {}

-- A strategy with its estimators is one long trace from the driver's loop: LuaJIT's default limits would cut it up and
-- leave parts of it to the interpreter (measured: half the speed of the glft strategy).
require("jit.opt").start("maxrecord=20000", "maxirconst=4000", "maxsnap=4000", "maxmcode=8192", "maxtrace=4000",
  "maxside=1000", "loopunroll=100")

-- pg_call of host/engine/view.h
local START, BOOK, TRADE, FILL, ORDER, TIMER, STOP, DONE, FUNDING, IDLE, WORK = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
local REFERENCE = 12
local STRIDE = 512 -- PG_BUDGET_STRIDE

---------------------------------------------------------------------------------------------------------- loading

local function file_exists(path)
  return perigee_host.exists(path) -- luacheck: globals perigee_host
end

--- Where an estimator's file is: a path as it stands, a name in ./estimators or in Perigee's own folder.
local function estimator_path(name, path)
  if name:find "/" or name:find "%.lua$" then return name end
  local candidates = { "estimators/" .. name .. ".lua", host.home .. "/estimators/" .. name .. ".lua" }
  for _, candidate in ipairs(candidates) do
    if file_exists(candidate) then return candidate end
  end
  error(("%s: there is no estimator '%s' (looked for %s)"):format(path, name, table.concat(candidates, ", ")), 0)
end

--- Settings by owner: "gamma" belongs to the strategy, "sigma.half_life_s" to the estimator in slot sigma.
local function split_settings(settings, slots, path)
  local own, by_slot = {}, {}
  for name, value in pairs(settings) do
    local slot, rest = name:match "^([^.]+)%.(.+)$"
    if not slot then
      own[name] = value
    elseif slots[slot] then
      by_slot[slot] = by_slot[slot] or {}
      by_slot[slot][rest] = value
    else
      local names = declare.sorted_names(slots)
      error(("%s has no estimator '%s'%s; it has: %s"):format(path, slot, declare.guess(slot, names),
        #names > 0 and table.concat(names, ", ") or "none"), 0)
    end
  end
  return own, by_slot
end

--- The estimator of a slot: the strategy's choice, or the user's. A table gives parameters too. "@FILE" is the
-- strategy's choice with its parameters, but read from there: a replay has the texts of that day.
local slot_choice
function slot_choice(slot, wanted, override, path)
  local file = override and override:match "^@(.+)$"
  if file then
    local _, settings = slot_choice(slot, wanted, nil, path)
    return file, settings
  end
  local choice = override or wanted
  if type(choice) == "string" then return choice, {} end
  if type(choice) ~= "table" or type(choice[1]) ~= "string" then
    error(("%s: estimator '%s' must be a name or { name, parameter = value }"):format(path, slot), 0)
  end
  local settings = {}
  for key, value in pairs(choice) do
    if key ~= 1 then settings[key] = value end
  end
  return choice[1], settings
end

--- What the file named by the parameter params_file says: read here, by the host; the script gets only its numbers and
-- texts (ctx:file_params). nil and the reason when there is none, or it cannot be used.
local function read_params_file(params, symbol)
  local path = rawget(params, "params_file")
  if type(path) ~= "string" or path == "" then return nil, "no params_file is given" end
  local values, why = perigee_host.read_params(path) -- luacheck: globals perigee_host
  if values and values.symbol and values.symbol ~= symbol then
    return nil, ("the params file is for %s, not for %s"):format(tostring(values.symbol), symbol)
  end
  return values, why
end

local function load_class(kind, path, words, say, trusted)
  local env = sandbox.environment(words, say, trusted)
  local class = sandbox.run(path, path, env)
  declare.check_class(class, kind, path)
  return class
end

local function instance_of(class, settings, path)
  local params = declare.guard_parameters(declare.parameters(class, settings, path))
  return setmetatable({ params = params, state = {} }, class), params
end

--- Loads the strategy and its estimators and checks every parameter. Nothing runs yet.
---@param settings {path: string, params: table, estimators: table, seed: integer, symbol: string, venue: string,
---  maker_fee: number, taker_fee: number, callback_ns: number, trusted: boolean, say: fun(text: string)}
function M.load(settings)
  math.randomseed(settings.seed)
  local path, say = settings.path, settings.say
  local class = load_class("strategy", path, { strategy = declare.strategy }, say, settings.trusted)
  local slots = {}
  for slot, wanted in pairs(class.declaration.definition.estimators or {}) do slots[slot] = wanted end
  for slot in pairs(settings.estimators) do
    if not slots[slot] then
      local names = declare.sorted_names(slots)
      error(("%s has no estimator slot '%s'%s; it has: %s"):format(path, slot, declare.guess(slot, names),
        #names > 0 and table.concat(names, ", ") or "none"), 0)
    end
  end
  local own, by_slot = split_settings(settings.params, slots, path)
  local strategy, params = instance_of(class, own, path)
  local session = { settings = settings, strategy = strategy, class = class, params = params, estimators = {} }
  for _, slot in ipairs(declare.sorted_names(slots)) do
    local name, chosen = slot_choice(slot, slots[slot], settings.estimators[slot], path)
    for key, value in pairs(by_slot[slot] or {}) do chosen[key] = value end
    local file = estimator_path(estimator_names.resolve(slot, name), path)
    local estimator_class = load_class("estimator", file, { estimator = declare.estimator }, say, settings.trusted)
    local estimator, estimator_params = instance_of(estimator_class, chosen, file)
    session.estimators[#session.estimators + 1] =
      { slot = slot, path = file, object = estimator, class = estimator_class, params = estimator_params }
  end
  session.file, session.file_why = read_params_file(params, settings.symbol) -- behind the scripts, among their texts
  return session
end

--- What the report says of the scripts: rows of { owner, name, value, unit, documentation }, the
-- estimators' slots in the order of loading, a line each, and the strategy's name.
function M.describe(session)
  local rows, slots = {}, {}
  local function add(owner, class, params)
    local specs = class.declaration.definition.params or {}
    for _, name in ipairs(declare.sorted_names(specs)) do
      local spec = specs[name]
      local value = params[name]
      if type(value) == "number" then value = ("%.10g"):format(value) end
      rows[#rows + 1] = { owner, name, tostring(value), spec.unit or "", spec.doc or "" }
    end
  end
  add(session.class.name, session.class, session.params)
  for _, entry in ipairs(session.estimators) do
    add(entry.slot .. " = " .. entry.class.name, entry.class, entry.params)
    slots[#slots + 1] = entry.slot
  end
  return rows, table.concat(slots, "\n"), session.class.name
end

---------------------------------------------------------------------------------------------------------- running

--- The functions of one kind of callback, in the order of the slots.
local function collect(estimators, name)
  local objects, fns = {}, {}
  for _, entry in ipairs(estimators) do
    local fn = entry.object[name]
    if fn then
      objects[#objects + 1] = entry.object
      fns[#fns + 1] = fn
    end
  end
  return objects, fns, #fns
end

--- One function that calls the estimators' callbacks of a kind and then the strategy's. Nested closures instead of a
-- loop: LuaJIT cannot compile a loop within the driver's loop into one trace (measured: 30 % of a backtest's time).
local function chained(session, name)
  local objects, fns, count = collect(session.estimators, name)
  local strategy, last = session.strategy, session.strategy[name]
  local call = last and function(ctx) return last(strategy, ctx) end or function() end
  for i = count, 1, -1 do
    local object, fn, rest = objects[i], fns[i], call
    call = function(ctx)
      fn(object, ctx)
      return rest(ctx)
    end
  end
  return call
end

--- Samples the mid for the estimators that want it, each on its own grid of step_ms. A mid that is older than five
-- steps and 10 s is no observation (quant.md 2.3): the estimator is told of a gap instead.
local function start_samplers(session, engine, ctx, timers, clock)
  for _, entry in ipairs(session.estimators) do
    local estimator, on_sample, on_gap = entry.object, entry.object.on_sample, entry.object.on_gap
    if on_sample then
      local ms = rawget(entry.params, "step_ms")
      if not ms then error(entry.path .. ": an estimator with on_sample needs a parameter step_ms", 0) end
      local number = C.pg_engine_timer(engine, ms / 1000, true)
      if number == 0 then error(entry.path .. ": step_ms must be at least 1", 0) end
      local max_age = math.max(5 * ms / 1000, 10)
      timers[number] = function()
        if ctx.mid and ctx.now - clock.book <= max_age then
          on_sample(estimator, ctx.mid, ctx)
        elseif on_gap then
          on_gap(estimator, ctx)
        end
      end
    end
  end
end

--- Binds a session to an engine. Returns the pump: a function that pulls calls from the engine until the data end
-- (false) or, live, until nothing more is known (true). Errors of a script pass through to C.
---@param session table
---@param pointer userdata pg_engine *
function M.bind(session, pointer)
  local engine = ffi.cast("pg_engine *", pointer)
  local settings = session.settings
  local timers, clock = {}, { book = 0 }
  local ctx, view, refresh, work = context.new(engine, settings, timers, settings.say, session)
  local strategy = session.strategy
  for _, entry in ipairs(session.estimators) do
    if ctx[entry.slot] ~= nil then
      error(("%s: an estimator slot cannot be called '%s': the context has that field"):format(settings.path,
        entry.slot), 0)
    end
    ctx[entry.slot] = entry.object
    entry.object.ctx = ctx
  end
  session.ctx = ctx

  local books, references = chained(session, "on_book"), chained(session, "on_reference")
  local trade_objects, trade_fns, trade_count = collect(session.estimators, "on_trade")
  local fill_objects, fill_fns, fill_count = collect(session.estimators, "on_fill")
  local funding_objects, funding_fns, funding_count = collect(session.estimators, "on_funding")
  local on_trade, on_fill = strategy.on_trade, strategy.on_fill
  local on_order, on_timer, on_funding = strategy.on_order, strategy.on_timer, strategy.on_funding
  local trade, fill, order, funding = {}, {}, {}, {}
  local sides, states, reasons = context.sides, context.states, context.reasons

  local function started()
    refresh()
    if session.file and (tonumber(session.file.time_s) or 0) > ctx.now then
      settings.say "the params file is newer than these data: its numbers look ahead"
    end
    start_samplers(session, engine, ctx, timers, clock)
    for _, entry in ipairs(session.estimators) do
      if entry.object.on_start then entry.object:on_start(ctx) end
    end
    if strategy.on_start then strategy:on_start(ctx) end
    budget.limit_ns = settings.callback_ns
  end

  local function traded()
    trade.price, trade.size, trade.side = view.price, view.size, sides[view.side]
    for i = 1, trade_count do trade_fns[i](trade_objects[i], ctx, trade) end
    if on_trade then on_trade(strategy, ctx, trade) end
  end

  local function filled()
    ctx.realised = view.realised
    fill.id, fill.price, fill.size, fill.side = view.id, view.price, view.size, sides[view.side]
    fill.fee, fill.maker = view.fee, view.maker ~= 0
    for i = 1, fill_count do fill_fns[i](fill_objects[i], ctx, fill) end
    if on_fill then on_fill(strategy, ctx, fill) end
  end

  local function funded()
    funding.rate, funding.mark, funding.interval_s = view.rate, view.price, view.size
    if funding.mark == 0 then funding.mark = nil end
    for i = 1, funding_count do funding_fns[i](funding_objects[i], ctx, funding) end
    if on_funding then on_funding(strategy, ctx, funding) end
  end

  local reference = {}
  local function referred()
    local bid, ask = view.reference_bid, view.reference_ask
    reference.bid, reference.ask = bid == bid and bid or nil, ask == ask and ask or nil
    reference.mid = bid == bid and ask == ask and (bid + ask) / 2 or nil
    reference.position, reference.time = view.reference_position, view.reference_s
    ctx.reference = reference
    references(ctx)
  end

  local function ordered()
    order.id, order.price, order.size, order.side = view.id, view.price, view.size, sides[view.side]
    order.state, order.reason = states[view.state], reasons[view.reason]
    on_order(strategy, ctx, order)
  end

  local function timed()
    local number = view.timer
    local fn = timers[number]
    if fn then
      fn(ctx)
    elseif on_timer then
      on_timer(strategy, ctx, number)
    end
  end

  return function()
    while true do
      local call = C.pg_engine_next(engine)
      budget.countdown, budget.running = STRIDE, 0
      if work.due <= view.now_s then
        refresh()
        work.deliver(ctx)
      end
      if call == BOOK then
        refresh()
        clock.book = ctx.now
        books(ctx)
      elseif call == IDLE then
        return true
      elseif call == DONE then
        return false
      else
        refresh()
        if call == TRADE then
          traded()
        elseif call == FILL then
          filled()
        elseif call == ORDER then
          if on_order then ordered() end
        elseif call == TIMER then
          timed()
        elseif call == FUNDING then
          funded()
        elseif call == REFERENCE then
          referred()
        elseif call == WORK then
          work.done(ctx, view.id)
        elseif call == STOP then
          if strategy.on_stop then strategy:on_stop(ctx) end
        elseif call == START then
          started()
        end
      end
    end
  end
end

--- Whether anything wants public trades.
function M.wants_trades(session)
  return session.strategy.on_trade ~= nil or select(3, collect(session.estimators, "on_trade")) > 0
end

return M
