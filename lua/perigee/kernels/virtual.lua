--- Virtual quoting for scripts: which orders around the mid would have been filled, and when, under censoring.
local ffi = require "ffi"
local host = require "perigee.host"
local common = require "perigee.kernels.common"
local work = require "perigee.work"

local C = host.C
local number, count = common.number, common.count

local K = {}

---@class perigee.VirtualQuoting
local VirtualQuoting = common.class()

--- Reads one side of a finished job.
local function side_table(w, side)
  local status = w.status[side]
  if not C.pg_kstatus_usable(status) then return nil, common.status(status) end
  local fit = w.fit[side]
  local kappa, a = common.finite(fit.kappa), common.finite(fit.a)
  if not kappa or not a then return nil, "bad_input" end
  return { kappa = kappa, se = common.finite(fit.se_kappa), lo = common.finite(fit.kappa_lo),
    hi = common.finite(fit.kappa_hi), a = a, r2 = common.finite(fit.r2), levels = tonumber(fit.levels_used) },
    common.status(status)
end

--- Decay of the fill intensity from virtual orders at a grid of distances (quant.md 4.1, 4.5, 4.6). With `queue` each
-- order waits behind the size displayed at its price when it is placed, and needs own_size itself ("depth intensity");
-- without, any trade at or beyond its price fills it.
---@param options {window: number, lifetime: number, levels: integer, lo_ticks: number, hi_fraction: number,
---  max_trades: integer, min_fills: integer, log_spacing?: boolean, queue?: boolean, own_size?: number} seconds
---@return perigee.VirtualQuoting
function K.virtual_quoting(options)
  local fn = "virtual_quoting"
  local span = number(fn, "window", options.window, 1)
  local lifetime = number(fn, "lifetime", options.lifetime, 1e-3)
  local levels = count(fn, "levels", options.levels, 3, 64)
  local lo_ticks = number(fn, "lo_ticks", options.lo_ticks, 0)
  local hi_fraction = number(fn, "hi_fraction", options.hi_fraction, 1e-9)
  local min_fills = count(fn, "min_fills", options.min_fills, 1, 1e6)
  local own_size = number(fn, "own_size", options.own_size or 0, 0)
  local queued = options.queue and true or false
  local log_spacing = options.log_spacing ~= false
  local trades = common.window(count(fn, "max_trades", options.max_trades, 16, 500000), 4) -- time, price, size, side
  local width = queued and 2 + 2 * levels or 2 -- time, mid, sizes ahead of the bids and of the asks
  local starts = common.window(count(fn, "starts", math.ceil(span / lifetime) + 2, 3, 100000), width)
  local grid, grid_mid = ffi.new("double[?]", levels), nil
  local row = {}
  local self = setmetatable({}, VirtualQuoting)

  function self.trade_add(time, price, size, side) trades.push(time, price, size, side) end

  --- The distances are kept while the mid stays within 10 %: orders of different starts are pooled by level.
  local function set_grid(mid, tick)
    if grid_mid and math.abs(mid / grid_mid - 1) <= 0.1 then return true end
    starts.drop(starts.count())
    grid_mid = C.pg_virtual_grid(grid, levels, mid, tick, lo_ticks, hi_fraction, log_spacing) == 0 and mid or nil
    return grid_mid ~= nil
  end

  function self.start_add(time, mid, tick, size_at)
    if not set_grid(mid, tick) then return end
    row[1], row[2] = time, mid
    if queued then
      for i = 0, levels - 1 do
        row[3 + i] = size_at("bid", math.floor((mid - grid[i]) / tick + 1e-9) * tick)
        row[3 + levels + i] = size_at("ask", math.ceil((mid + grid[i]) / tick - 1e-9) * tick)
      end
    end
    starts.push(unpack(row, 1, width))
  end

  --- The sizes ahead of one side as [starts x levels].
  local function queue_ahead(n, first)
    local ahead = ffi.new("double[?]", n * levels)
    for i = 0, levels - 1 do
      local column = starts.get(first + i)
      for k = 0, n - 1 do ahead[k * levels + i] = column[k] end
    end
    return ahead
  end

  function self.make_job(now, tick)
    trades.expire(now - span)
    starts.expire(now - span)
    local start, n = starts.copy(1)
    while n > 0 and start[n - 1] + lifetime > now do n = n - 1 end -- only orders whose lifetime is over
    if n < 2 then return nil, "warmup" end
    local time, m = trades.copy(1)
    local price, size, mid = trades.copy(2), trades.copy(3), starts.copy(2)
    local aggressor, side = trades.get(4), ffi.new("int8_t[?]", math.max(m, 1))
    for i = 0, m - 1 do side[i] = aggressor[i] end
    local distance = ffi.new("double[?]", levels)
    ffi.copy(distance, grid, levels * 8)
    local level = { ffi.new("pg_virtual_level[?]", levels), ffi.new("pg_virtual_level[?]", levels) }
    local scratch = ffi.new("double[?]", 3 * levels)
    local ahead = queued and { queue_ahead(n, 3), queue_ahead(n, 3 + levels) } or {}
    local job = ffi.new "pg_work"
    local w = job.quoting
    job.kind = C.PG_WORK_VIRTUAL
    w.trades.time_s, w.trades.price, w.trades.size, w.trades.side, w.trades.n = time, price, size, side, m
    w.start_s, w.mid, w.starts, w.grid, w.levels = start, mid, n, distance, levels
    w.options.lifetime_s, w.options.queue, w.options.own_size, w.options.tick = lifetime, 0, own_size, tick
    w.queue[0], w.queue[1] = ahead[1], ahead[2]
    w.min_fills, w.scratch = min_fills, scratch
    w.level[0], w.level[1] = level[1], level[2]
    local keep = { time, price, size, side, start, mid, distance, level, scratch, ahead }
    return work.job(job, keep, function()
      local bid, bid_status = side_table(w, 0)
      local ask, ask_status = side_table(w, 1)
      return { bid = bid, ask = ask, bid_status = bid_status, ask_status = ask_status }
    end)
  end

  return self
end

--- A public trade.
---@param side "buy"|"sell" of the aggressor
function VirtualQuoting:trade(time, price, size, side)
  self.trade_add(time, price, size, common.side("virtual_quoting", side))
end

--- Virtual orders are placed at this time around this mid. Call it every `lifetime` seconds. With `queue`,
-- size_at(side, price) tells the displayed size at a price.
function VirtualQuoting:start(time, mid, tick, size_at) self.start_add(time, mid, tick, size_at) end

--- A fit for ctx:work, whose result is { bid, ask, bid_status, ask_status } with { kappa, se, lo, hi, a, r2, levels }
-- in price units (1/quote, 1/s) for a side that could be fitted; nil and "warmup" before two orders are over.
function VirtualQuoting:job(now, tick) return self.make_job(now, tick) end

return K
