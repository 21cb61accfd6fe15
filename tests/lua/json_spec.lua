local json = require "perigee.json"

local function why(text)
  local value, message = json.decode(text)
  assert.is_nil(value)
  return message
end

describe("json.decode", function()
  it("reads every kind of value", function()
    local value = assert(json.decode ' {"a": [1, -2.5, 1e3, true, false, null, "x"], "b": {}, "c": []} ')
    assert.same({ 1, -2.5, 1000, true, false, json.null, "x" }, setmetatable(value.a, nil))
    assert.is_false(json.is_array(value.b))
    assert.is_true(json.is_array(value.c))
    assert.equal(0, json.decode "0")
    assert.equal("", json.decode '""')
    assert.equal(json.null, json.decode "null")
    assert.is_false(json.decode "false")
  end)

  it("keeps integers exactly", function()
    assert.equal(9007199254740992, json.decode "9007199254740992")
    assert.equal(-9007199254740992, json.decode "-9007199254740992")
    assert.equal("9007199254740993LL", tostring(json.decode "9007199254740993"))
    assert.equal("9223372036854775807LL", tostring(json.decode "9223372036854775807"))
    assert.equal("9223372036854775808ULL", tostring(json.decode "9223372036854775808"))
    assert.equal("18446744073709551615ULL", tostring(json.decode "18446744073709551615"))
    assert.equal("-9223372036854775808LL", tostring(json.decode "-9223372036854775808"))
    assert.equal("byte 1: an integer that 64 bits do not hold", why "18446744073709551616")
    assert.equal("byte 1: an integer that 64 bits do not hold", why "-9223372036854775809")
    assert.equal("byte 2: an integer that 64 bits do not hold", why("[" .. ("9"):rep(400) .. "]"))
  end)

  it("reads escapes and surrogates", function()
    assert.equal('"\\/\b\f\n\r\t', json.decode [["\"\\\/\b\f\n\r\t"]])
    assert.equal("A\195\169\226\130\172\240\159\152\128", json.decode [["\u0041\u00e9\u20AC\ud83d\ude00"]])
    assert.equal("\0x", json.decode [["\u0000x"]])
    assert.equal("a\127b", json.decode '"a\127b"')
    assert.matches("^byte 2: half of a surrogate", why [["\ud83d"]])
    assert.matches("^byte 2: half of a surrogate", why [["\ude00"]])
    assert.matches("^byte 2: half of a surrogate", why [["\ud83d\u0041"]])
    assert.matches("^byte 3: no escape", why [["a\x41"]])
    assert.matches("^byte 2: no escape", why [["\u12g4"]])
  end)

  it("refuses what is no JSON, and says where", function()
    for text, message in pairs {
      [""] = "byte 1: a value should be here", ["  "] = "byte 3: a value should be here",
      ["{"] = "byte 2: a name in quotes should be here", ["{,}"] = "byte 2: a name in quotes should be here",
      ['{"a"}'] = "byte 5: ':' should be here", ['{"a":1,}'] = "byte 8: a name in quotes should be here",
      ['{"a":1'] = "byte 7: an object has no end", ["[1"] = "byte 3: an array has no end",
      ["[1 2]"] = "byte 4: ',' or ']' should be here", ["[1,]"] = "byte 4: no value that JSON has",
      ['"abc'] = "byte 1: a string has no end", ['"a\nb"'] = "byte 3: a control character in a string",
      ["nul"] = "byte 1: no value that JSON has", ["nulls"] = "byte 1: no value that JSON has",
      ["True"] = "byte 1: no value that JSON has", ["01"] = "byte 1: no value that JSON has",
      ["+1"] = "byte 1: no value that JSON has", ["1."] = "byte 1: no value that JSON has",
      [".5"] = "byte 1: no value that JSON has", ["1e"] = "byte 1: no value that JSON has",
      ["0x10"] = "byte 1: no value that JSON has", ["NaN"] = "byte 1: no value that JSON has",
      ["-"] = "byte 1: no value that JSON has", ["1e999"] = "byte 1: a number too large for a double",
      ["1 2"] = "byte 3: something behind the end", ['{"a":1,"a":2}'] = "byte 8: the member 'a' is given twice",
      ["<html><body>502</body></html>"] = "byte 1: no value that JSON has",
    } do assert.equal(message, why(text), text) end
  end)

  it("bounds its depth", function()
    assert.is_table(json.decode(("["):rep(200) .. ("]"):rep(200)))
    assert.equal("byte 201: more than 200 levels", why(("["):rep(201) .. ("]"):rep(201)))
    assert.matches("more than 200 levels", why(("["):rep(100000)))
    assert.matches("more than 200 levels", why(('{"a":'):rep(100000)))
  end)

  it("has an answer to every beginning of a document", function()
    local text = '{"a":[1,-2.5e+3,"x\\u20ac\\n",{"b":null,"c":true}],"d":18446744073709551615}'
    assert.is_table(json.decode(text))
    for i = 0, #text - 1 do assert.matches("^byte %d+: ", why(text:sub(1, i))) end
  end)
end)

describe("a damaged document", function()
  -- Bytes are changed, left out and doubled at random: what is read is written and read again as the same.
  local state = 7
  local function random(n)
    state = (state * 16807) % 2147483647
    return state % n + 1
  end

  it("is refused, or read like any other", function()
    local text = '{"a":[1,-2.5e+3,"x\\u20ac\\n",{"b":null,"c":true}],"d":18446744073709551615,"":{}}'
    local letters = '{}[]:,"\\0123456789eE+-.truefalsn \n\0\255'
    local read = 0
    for _ = 1, 20000 do
      local bytes = text
      for _ = 1, random(3) do
        local at, n = random(#bytes), random(#letters)
        local new = ({ letters:sub(n, n), "", bytes:sub(at, at):rep(2) })[random(3)]
        bytes = bytes:sub(1, at - 1) .. new .. bytes:sub(at + 1)
      end
      local value, message = json.decode(bytes)
      if message then
        assert.matches("^byte %d+: ", message)
      else
        read = read + 1
        local again = json.encode(value)
        assert.equal(again, json.encode(json.decode(again)))
      end
    end
    assert.is_true(read > 100)
  end)
end)

describe("json.encode", function()
  it("writes names in order, without blanks", function()
    assert.equal('{"a":[1,2],"b":{"x":null,"y":true},"c":"d"}',
      json.encode { c = "d", b = { y = true, x = json.null }, a = { 1, 2 } })
    assert.equal("[]", json.encode(json.array {}))
    assert.equal("{}", json.encode {})
  end)

  it("writes numbers so that they read back the same", function()
    for text, value in pairs { ["0.1"] = 0.1, ["0.30000000000000004"] = 0.1 + 0.2, ["1e+300"] = 1e300, ["-5"] = -5,
      ["1732000000000"] = 1732000000000, ["9007199254740993"] = 9007199254740993LL,
      ["18446744073709551615"] = 18446744073709551615ULL, ["-9223372036854775808"] = -9223372036854775808LL } do
      assert.equal(text, json.encode(value))
      assert.equal(value, json.decode(text))
    end
    assert.equal(2 ^ 53, json.decode(json.encode(2 ^ 53)))
  end)

  it("escapes what must be", function()
    assert.equal([["\"\\\n\u0001]] .. "\127\195\169" .. '"', json.encode('"\\\n\1\127\195\169'))
  end)

  it("reads back what it wrote", function()
    local text = '{"a":[{},[],[[]]],"b":{"":"","x y":-0.5},"c":null}'
    assert.equal(text, json.encode(json.decode(text)))
  end)

  it("refuses what JSON does not have", function()
    local loop = {}
    loop[1] = loop
    for _, value in ipairs { 0 / 0, 1 / 0, print, { [print] = 1 }, { [1] = 1, [3] = 3 }, { 1, a = 2 }, { [0] = 1 },
      loop, require("ffi").new "int[1]" } do
      assert.has_error(function() json.encode(value) end)
    end
  end)
end)
