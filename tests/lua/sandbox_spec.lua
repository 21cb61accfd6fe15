-- The environment of scripts: what is there, what is not, and that it behaves the same in every run.
local sandbox = require "perigee.sandbox"

describe("the sandbox", function()
  local said = {}
  local env = sandbox.environment({ word = 1 }, function(text) said[#said + 1] = text end)

  it("has the harmless library and the words given to it", function()
    assert.equal(1, env.word)
    assert.equal(math.sin, env.math.sin)
    assert.is_function(env.pcall)
    assert.equal(env, env._G)
  end)

  it("has nothing that reaches outside", function()
    for _, name in ipairs { "io", "os", "debug", "ffi", "jit", "package", "loadstring", "load", "dofile", "loadfile",
      "getfenv", "setfenv", "collectgarbage", "module", "newproxy", "perigee_host" } do
      assert.is_nil(env[name], name)
    end
    assert.is_nil(env.string.dump)
    assert.is_nil(env.math.randomseed)
  end)

  it("says no address of anything", function()
    assert.equal("table", env.tostring {})
    assert.equal("function", env.tostring(print))
    assert.equal("1.5", env.tostring(1.5))
    assert.equal("named", env.tostring(setmetatable({}, { __tostring = function() return "named" end })))
  end)

  it("prints into the log", function()
    env.print("a", 1, nil, {})
    assert.same({ "a\t1\tnil\ttable" }, said)
  end)

  it("requires nothing but its modules", function()
    assert.has_error(function() env.require "ffi" end)
    assert.has_error(function() env.require "perigee.sdk" end)
    assert.has_error(function() env.require "perigee.hyperliquid" end)
    assert.has_error(function() env.require "perigee.host" end)
    assert.is_table(env.require "perigee.kernels")
    assert.is_table(env.require "perigee.estimators")
  end)

  it("bounds patterns and repetitions", function()
    assert.equal(2, (env.string.find("ab", "b")))
    assert.has_error(function() env.string.find(env.string.rep("a", 5000), ".-.-.-b") end)
    assert.has_error(function() env.string.rep("x", 2 ^ 24) end)
    assert.has_error(function() env.string.gsub({}, "x", "y") end)
  end)

  it("does not let scripts change what others share", function()
    env.string.rep = nil
    assert.is_function(sandbox.environment({}, print).string.rep)
    assert.is_nil(env.getmetatable "")
  end)
end)
