--- The numerical kernels for scripts: small objects over C, no raw memory in sight.
--
-- Every function that estimates returns value, standard error (or nil) and status, or nil and the status: a word of
-- host/kernels/kernel_status.h ("ok", "warmup", "too_few_points", ...). A missing value is a status, never a number. A
-- value may come with a status that flags it: "low_quality", "at_boundary", "hessian_not_pd", "not_converged".
-- Heavy fits are jobs: object:job() makes one, ctx:work(job, fn) runs it beside the decisions.
local K = {}

local parts = { "volatility", "volume", "garch", "intensity", "virtual", "flow", "price", "process", "quotes", "glft",
  "control", "ladder", "risk" }

for _, part in ipairs(parts) do
  for name, fn in pairs(require("perigee.kernels." .. part)) do K[name] = fn end
end

return K
