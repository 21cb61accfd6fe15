-- The kernels as scripts see them: values against direct computation, and statuses instead of numbers.
local K = require "perigee.kernels"

local function prices(n, step)
  local list, p = {}, 100
  for i = 1, n do
    p = p * (1 + (i % 2 == 0 and step or -step / 2))
    list[i] = p
  end
  return list
end

describe("kernels", function()
  it("sample volatility equals the textbook's", function()
    local window = K.sigma_window { returns = 50, step = 2 }
    local list, returns = prices(40, 0.001), {}
    for i, p in ipairs(list) do
      window:update(p)
      if i > 1 then returns[#returns + 1] = math.log(p / list[i - 1]) end
    end
    local mean, ss = 0, 0
    for _, r in ipairs(returns) do mean = mean + r / #returns end
    for _, r in ipairs(returns) do ss = ss + (r - mean) ^ 2 end
    local sigma = window:sigma_rel(10)
    assert.near(math.sqrt(ss / (#returns - 1) / 2), sigma, 1e-12)
  end)

  it("forgets what lies outside the window", function()
    local window = K.sigma_window { returns = 5, step = 1 }
    for _, p in ipairs(prices(100, 0.05)) do window:update(p) end
    for _ = 1, 7 do window:update(100) end
    local value, status = window:sigma_rel(2)
    assert.is_true(value == nil and status == "zero_variation" or value == 0)
  end)

  it("gives a status while it warms up", function()
    local ewma = K.ewma_variance { half_life = 10, step = 1 }
    assert.same({ nil, "warmup" }, { ewma:sigma_rel(5) })
    ewma:update(100)
    ewma:update(101)
    assert.same({ nil, "warmup" }, { ewma:sigma_rel(5) })
    assert.is_number(ewma:sigma_rel(1))
  end)

  it("does not take a gap for a return", function()
    local a, b = K.ewma_variance { half_life = 10, step = 1 }, K.ewma_variance { half_life = 10, step = 1 }
    for _, p in ipairs { 100, 101, 102 } do a:update(p) b:update(p) end
    b:gap()
    b:update(200)
    assert.equal(a:sigma_rel(1), b:sigma_rel(1))
  end)

  it("counts trades a second", function()
    local rate = K.trade_rate { window = 100 }
    for t = 1, 400 do rate:update(t / 2) end
    assert.near(2, rate:rate(200), 0.05)
  end)

  it("names the argument that is wrong", function()
    local ok, message = pcall(K.sigma_window, { step = 1 })
    assert.is_false(ok)
    assert.truthy(message:find("sigma_window: returns must be a .* of at least 2, not nil"))
    assert.has_error(function() K.ewma_variance { half_life = -1, step = 1 } end)
  end)
end)
