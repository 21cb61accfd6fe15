-- What a script may declare, and the values that its parameters get.
local declare = require "perigee.declare"

local function class(params)
  return declare.strategy { name = "s", params = params }
end

describe("a declaration", function()
  it("gives defaults", function()
    local values = declare.parameters(class { a = { 1 }, b = { "x", options = { "x", "y" } }, c = { true } }, {}, "f")
    assert.same({ a = 1, b = "x", c = true }, values)
  end)

  it("converts texts to the parameter's type", function()
    local values = declare.parameters(class { a = { 1 }, b = { "x" }, c = { true } },
      { a = "2.5", b = "7", c = "false" }, "f")
    assert.same({ a = 2.5, b = "7", c = false }, values)
  end)

  for _, case in ipairs {
    { { a = { 1, min = 0 } }, { a = -1 }, "f: parameter 'a' is -1, below its minimum 0" },
    { { a = { 1, max = 2, unit = "bps" } }, { a = 3 }, "f: parameter 'a' is 3 bps, above its maximum 2" },
    { { a = { 1 } }, { a = "one" }, "f: parameter 'a' must be a number, not 'one'" },
    { { a = { 1 } }, { a = 0 / 0 }, "f: parameter 'a' must be a finite number" },
    { { a = { 1 } }, { a = math.huge }, "f: parameter 'a' must be a finite number" },
    { { gamma = { 1 } }, { gama = 1 }, "f has no parameter 'gama' (did you mean 'gamma'?); declared are: gamma" },
    { { m = { "x", options = { "x", "y" } } }, { m = "z" }, "f: parameter 'm' is 'z'; it must be one of: x, y" },
    { { c = { true } }, { c = "yes" }, "f: parameter 'c' must be a boolean, not 'yes'" },
    { {}, { x = 1 }, "f has no parameter 'x'; declared are: none" },
  } do
    it("refuses: " .. case[3], function()
      assert.has_error(function() declare.parameters(class(case[1]), case[2], "f") end, case[3])
    end)
  end

  for _, case in ipairs {
    { {}, "strategy { ... } needs a name" },
    { { name = 1 }, "strategy: name must be a string, not a number" },
    { { name = "s", param = {} }, "strategy has an unknown key 'param' (did you mean 'params'?)" },
    { { name = "s", params = { a = 5 } },
      "parameter 'a' must be a table that begins with its default: { 5, min = 0, doc = \"...\" }" },
    { { name = "s", params = { a = { 1, mn = 0 } } }, "parameter 'a' has an unknown key 'mn' (did you mean 'min'?)" },
    { { name = "s", params = { a = { {} } } },
      "parameter 'a' has a default of type table; numbers, strings and booleans are possible" },
    { { name = "s", params = { ["a b"] = { 1 } } }, "a parameter's name must be a word, not 'a b'" },
  } do
    it("refuses: " .. case[2], function()
      assert.has_error(function() declare.strategy(case[1]) end, case[2])
    end)
  end

  it("guards the parameters against reading others", function()
    local values = declare.guard_parameters(declare.parameters(class { a = { 1 } }, {}, "f"))
    assert.equal(1, values.a)
    assert.has_error(function() return values.b end)
    assert.has_error(function() values.b = 1 end)
  end)

  it("must be returned by the file, with known callbacks", function()
    assert.has_error(function() declare.check_class(nil, "strategy", "f") end,
      "f: the file must return what strategy { ... } gave it")
    local s = class {}
    s.on_bok = function() end
    assert.has_error(function() declare.check_class(s, "strategy", "f") end,
      "f: there is no callback 'on_bok' (did you mean 'on_book'?)")
    assert.has_error(function() declare.check_class(declare.estimator { name = "e" }, "estimator", "f") end,
      "f: an estimator needs a function value()")
  end)
end)
