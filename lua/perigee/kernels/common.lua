--- What the kernel modules share: argument checks, statuses, windows of numbers in one piece of memory.
--
-- Raw memory never leaves these modules: objects that scripts hold are plain tables, their memory lies in closures.
local ffi = require "ffi"
local host = require "perigee.host"

local C = host.C
local M = {}

local huge = math.huge
local names = {}

--- The specification's word for a status (host/kernels/kernel_status.h).
function M.status(status)
  status = tonumber(status)
  local name = names[status]
  if not name then
    name = ffi.string(C.pg_kstatus_name(status))
    names[status] = name
  end
  return name
end

--- Arguments are checked by name: number("ewma_variance", "half_life", value, 1e-9).
function M.number(fn, name, value, minimum, level)
  if type(value) ~= "number" or value ~= value or value == huge or value == -huge or (minimum and value < minimum) then
    error(("%s: %s must be a finite number%s, not %s"):format(fn, name,
      minimum and (" of at least " .. minimum) or "", tostring(value)), level or 3)
  end
  return value
end

--- A whole number within bounds: what sizes of memory and of loops are made of.
function M.count(fn, name, value, minimum, maximum)
  M.number(fn, name, value, minimum, 4)
  if value > maximum then
    error(("%s: %s must be at most %d, not %g"):format(fn, name, maximum, value), 3)
  end
  return math.floor(value)
end

--- Memory that a C struct points into lives as long as the struct, whatever a script does with the object around it.
local anchors = setmetatable({}, { __mode = "k" })

function M.anchor(struct, ...) anchors[struct] = { ... } end

--- 1 for a buy (or our ask, which buyers lift), -1 for a sell (or our bid).
function M.side(fn, side)
  if side == "buy" or side == "ask" then return 1 end
  if side == "sell" or side == "bid" then return -1 end
  error(("%s: side must be 'buy' or 'sell', not %s"):format(fn, tostring(side)), 3)
end

function M.class()
  local c = {}
  c.__index = c
  c.__metatable = false
  return c
end

--- The three results of an estimate: value, standard error (nil when there is none) and status; nil and the status when
-- there is no value. A number that is none never leaves a kernel as a value.
function M.result(status, value, se)
  if not C.pg_kstatus_usable(status) then return nil, M.status(status) end
  if value ~= value or value == huge or value == -huge then return nil, "bad_input" end
  if se and (se ~= se or se == huge or se < 0) then se = nil end
  return value, se, M.status(status)
end

--- x as a number that a script may see: nil for NaN and infinities.
function M.finite(x)
  x = tonumber(x)
  if x ~= x or x == huge or x == -huge then return nil end
  return x
end

--- Log return of a price that is sampled on a grid; nil for the first price and after a gap (self.last = nil).
function M.log_return(self, price)
  local last = self.last
  if type(price) ~= "number" or not (price > 0 and price < huge) then
    error(("update: the price must be a positive number, not %s"):format(tostring(price)), 3)
  end
  self.last = price
  if not last then return nil end
  return C.pg_return_log(last, price)
end

--- The last `capacity` numbers of one or more columns, contiguous: twice the room, moved down when it is full.
-- push(a, b, ...) as many as there are columns; get() gives count and a pointer a column; drop(n) forgets the oldest.
function M.window(capacity, columns)
  columns = columns or 1
  local data = {}
  for k = 1, columns do data[k] = ffi.new("double[?]", 2 * capacity) end
  local first, count = 0, 0
  local window = {}

  function window.push(...)
    if first + count == 2 * capacity then
      for k = 1, columns do ffi.copy(data[k], data[k] + first, count * 8) end
      first = 0
    end
    local at = first + count
    for k = 1, columns do data[k][at] = (select(k, ...)) end
    if count == capacity then first = first + 1 else count = count + 1 end
  end

  function window.push1(x)
    local d = data[1]
    if first + count == 2 * capacity then
      ffi.copy(d, d + first, count * 8)
      first = 0
    end
    d[first + count] = x
    if count == capacity then first = first + 1 else count = count + 1 end
  end

  function window.drop(n)
    n = math.min(n, count)
    first, count = first + n, count - n
  end

  function window.count() return count end
  function window.get(k) return data[k or 1] + first, count end
  function window.first(k) return count > 0 and data[k or 1][first] or nil end

  --- Forgets rows whose first column is not above `limit` (times in column 1).
  function window.expire(limit)
    local d = data[1]
    while count > 0 and d[first] <= limit do first, count = first + 1, count - 1 end
  end

  --- A copy of a column in new memory, for a job.
  function window.copy(k)
    local copied = ffi.new("double[?]", math.max(count, 1))
    ffi.copy(copied, data[k or 1] + first, count * 8)
    return copied, count
  end

  return window
end

return M
