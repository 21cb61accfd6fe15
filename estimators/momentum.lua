-- estimators/momentum.lua: short-term momentum and the knife scores (seed 003; quant.md 7.5).
--
--   momentum = 1e4 sum of log returns of the mid over window_ms
--   falling = clamp(-momentum/scale, 0, 3),   rising = clamp(momentum/scale, 0, 3)
--
-- When to use: to pull or widen the side that a fast move would run over.
local K = require "perigee.kernels"

local E = estimator {
  name = "momentum", gives = "momentum", unit = "bps",
  doc = "Move of the mid over the last moments, with falling- and rising-knife scores.",
  params = {
    window_ms = { 500, min = 10, max = 60000, unit = "ms", doc = "how far back returns are used" },
    scale_bps = { 20, min = 0.01, max = 1000, unit = "bps", doc = "move of score 1" },
  },
}

function E:on_start()
  self.moves = K.momentum { window = self.params.window_ms / 1000 }
end

function E:on_book(ctx)
  if not (ctx.mid and ctx.ask > ctx.bid) then return end
  self.moves:update(ctx.now, ctx.mid)
  self.time = ctx.now
end

-- momentum in bps, no standard error, status; or nil and the status
function E:value()
  if not self.time then return nil, "warmup" end
  local bps, status = self.moves:scores(self.ctx.now, self.params.scale_bps)
  if not bps then return nil, status end
  return bps, nil, "ok"
end

-- falling and rising score, 0 to 3; nil and the status
function E:scores()
  if not self.time then return nil, "warmup" end
  local bps, falling, rising = self.moves:scores(self.ctx.now, self.params.scale_bps)
  if not bps then return nil, falling end
  return falling, rising
end

return E
