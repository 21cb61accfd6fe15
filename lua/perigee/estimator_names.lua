--- Other names of estimators by the kind of slot, as the reference systems call their methods.
local M = {}

local sigma = {
  simple = "sigma_simple",
  ewma = "sigma_ewma",
  bipower = "sigma_bipower",
  volume = "sigma_volume",
  hybrid = "sigma_hybrid",
  garch = "sigma_garch",
  garch_t = "sigma_garch_t",
  garch_studentt = "sigma_garch_t",
  studentt = "sigma_garch_t",
  garch_multistart = "sigma_garch_t_multistart",
  python_garch = "sigma_garch_t_multistart",
  python = "sigma_garch_t_multistart",
}

local kappa = {
  simple = "kappa_simple",
  virtual_quoting = "kappa_virtual_quoting",
  virtual = "kappa_virtual_quoting",
  vq = "kappa_virtual_quoting",
  depth_intensity = "kappa_depth_intensity",
  depth = "kappa_depth_intensity",
  sided = "kappa_sided",
  book = "kappa_book_decay",
  book_decay = "kappa_book_decay",
  mle = "kappa_mle",
}

local kinds = { sigma = sigma, kappa = kappa }

--- The file name of an estimator in a slot: "vq" in slot "kappa" (or "kappa_slow") is kappa_virtual_quoting. A name
-- that is no alias stays as it is.
---@param slot string
---@param name string
---@return string
function M.resolve(slot, name)
  local aliases = kinds[slot:match "^%a+"]
  return aliases and aliases[name] or name
end

return M
