-- Reasons as the host reads them.
local ffi = require "ffi"
local explain = require "perigee.explain"
require "perigee.host"

describe("the reasons of quotes", function()
  local shared, told, publish

  before_each(function()
    shared = ffi.new "pg_explanation"
    told, publish = explain.new(shared)
  end)

  it("are published by name, numbers and words", function()
    told.fair = 100.5
    told.bound = "min_half_spread"
    told.none = "warmup"
    publish()
    assert.equal(2, shared.count)
    assert.equal("fair", ffi.string(shared.name[0]))
    assert.equal(100.5, shared.value[0])
    assert.equal(-1, shared.word[0])
    assert.equal("min_half_spread", ffi.string(shared.words[shared.word[1]]))
    assert.equal(1, shared.version)
  end)

  it("keep their places, and are gone when set to nil", function()
    told.a = 1
    told.b = 2
    publish()
    told.a, told.b = nil, "x"
    publish()
    told.b = 3
    publish()
    assert.equal(2, shared.count)
    assert.is_true(shared.value[0] ~= shared.value[0])
    assert.equal(3, shared.value[1])
    assert.equal(-1, shared.word[1])
  end)

  it("are bounded", function()
    for i = 1, 100 do told["term" .. i] = "word" .. i end
    told[("x"):rep(1000)] = 1
    publish()
    assert.equal(24, shared.count)
    assert.equal(24, shared.word_count)
    for i = 1, 24 do told["term" .. i] = ("long"):rep(20) .. i end
    publish()
    assert.equal(32, shared.word_count)
    assert.equal("(others)", ffi.string(shared.words[31]))
    assert.equal(23, #ffi.string(shared.words[25]))
  end)
end)
