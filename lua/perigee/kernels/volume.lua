--- Volatility in volume time for scripts: buckets of equal volume, three scales of bipower variation.
local ffi = require "ffi"
local host = require "perigee.host"
local common = require "perigee.kernels.common"

local C = host.C
local number, count, class, finite = common.number, common.count, common.class, common.finite

local K = {}

-- Bias of the variation of VWAP returns of a random walk (quant.md 2.5).
local RV_CORRECTION, BV_CORRECTION = 1.5, 1.4543

---@class perigee.VolumeVolatility
---@field jump_ratio number? total over continuous variation on the fast scale; nil: not known
---@field buckets integer closed so far
---@field rate number buckets a second
local Volume = class()

--- Volatility from returns between VWAPs of volume buckets, on three scales of bipower variation (seed 003; quant.md
-- 2.4, 2.5, 3.5): a bucket holds a fraction of the volume of the last `window` seconds.
---@param options {fraction: number, window: number, min_bucket: number, warmup: integer, fast: number, medium: number,
---  slow: number, bias_correction: boolean, max_trades: integer} seconds, base units, buckets
---@return perigee.VolumeVolatility
function K.volume_volatility(options)
  local fn = "volume_volatility"
  local capacity = count(fn, "max_trades", options.max_trades, 16, 1e6)
  local clock, bucket, closed = ffi.new "pg_volume_clock", ffi.new "pg_volume_bucket", ffi.new "bool[1]"
  local ring_ms, ring_size = ffi.new("int64_t[?]", capacity), ffi.new("double[?]", capacity)
  clock.ring_ms, clock.ring_size, clock.capacity = ring_ms, ring_size, capacity
  common.anchor(clock, ring_ms, ring_size)
  clock.fraction = number(fn, "fraction", options.fraction, 1e-6)
  clock.window_ms = number(fn, "window", options.window, 1) * 1000
  clock.min_bucket = number(fn, "min_bucket", options.min_bucket, 1e-12)
  clock.threshold = clock.min_bucket
  local scales, out = ffi.new "pg_bipower_scales", ffi.new "pg_bipower_sigma"
  C.pg_bipower_scales_init(scales, number(fn, "fast", options.fast, 1), number(fn, "medium", options.medium, 1),
    number(fn, "slow", options.slow, 1))
  local warmup = count(fn, "warmup", options.warmup, 2, 1e6)
  local bv_factor = options.bias_correction and BV_CORRECTION or 1
  local ratio_factor = options.bias_correction and RV_CORRECTION / BV_CORRECTION or 1
  local decay = 2 ^ (-1 / options.slow)
  local last_vwap, last_end, interval
  local self = setmetatable({ buckets = 0, rate = 0, status = "warmup" }, Volume)

  local function close()
    local vwap, ended = bucket.vwap, tonumber(bucket.end_ms) / 1000
    if last_vwap then
      C.pg_bipower_scales_update(scales, C.pg_return_log(last_vwap, vwap))
      local dt = ended - last_end
      local n = self.buckets
      interval = interval and interval + (dt - interval) * math.max(1 - decay, 1 / (n + 1)) or dt
    end
    last_vwap, last_end = vwap, ended
    self.buckets = self.buckets + 1
    if self.buckets <= warmup or not interval or interval <= 0 then return end
    self.rate = 1 / interval
    local status = C.pg_bipower_scales_read(out, scales, warmup)
    self.status = common.status(status)
    if status ~= 0 then
      self.sigma, self.jump_ratio = nil, nil
      return
    end
    self.sigma = finite(out.sigma_effective * math.sqrt(bv_factor * self.rate))
    self.jump_ratio = finite(out.jump_ratio * ratio_factor)
  end

  function self.add(time, price, size)
    C.pg_volume_clock_trade(bucket, closed, clock, math.floor(time * 1000), price, size)
    if not closed[0] then return false end
    closed[0] = false
    close()
    return true
  end

  return self
end

--- A public trade: seconds, quote units, base units. true when it closed a bucket.
---@return boolean
function Volume:trade(time, price, size) return self.add(time, price, size) end

--- Effective volatility in 1/sqrt(s), no standard error, status; nil and the status.
function Volume:sigma_rel()
  if not self.sigma then return nil, self.status end
  return self.sigma, nil, "ok"
end

return K
