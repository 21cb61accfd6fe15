local json = require "perigee.json"
local sdk = require "perigee.sdk"

describe("the SDK", function()
  it("writes queries", function()
    assert.equal("", sdk.query {})
    assert.equal("?a=1700000000000&b=x%20y%26%C3%A9&c=true&d=p&d=q",
      sdk.query { c = true, b = "x y&\195\169", a = 1700000000000, d = { "p", "q" } })
  end)

  it("reads answers, and says what is wrong with others", function()
    assert.same({ a = 1 }, sdk.read(200, '{"a":1}'))
    assert.equal(json.null, sdk.read(200, "null"))
    assert.is_false(sdk.read(200, "false"))
    local function fails(code, body, words, unknown)
      local value, why, detail = sdk.read(code, body)
      assert.is_nil(value)
      assert.equal(words, why)
      assert.equal(unknown, detail.unknown)
      assert.equal(code, detail.http)
    end
    fails(429, "null", "HTTP 429, too many requests: ask less often", false)
    fails(400, "bad\n  things\1", "HTTP 400: bad things ", false)
    fails(502, "<html>502</html>", "HTTP 502, the venue's gateway has no answer", true)
    fails(500, "", "HTTP 500, an error of the venue", true)
    fails(200, "<html>", "the answer is no JSON (byte 1: no value that JSON has): <html>", true)
    fails(200, "", "the answer is no JSON (byte 1: a value should be here): ", true)
    fails(418, ("x"):rep(300), "HTTP 418: " .. ("x"):rep(200) .. "...", false)
  end)

  it("takes keys by name only", function()
    for _, text in ipairs { "0x" .. ("1"):rep(64), "env", "web:x", "" } do
      assert.has_error(function() sdk.key(text, "hyperliquid") end)
    end
    local key, why = sdk.key("file:/nowhere/key", "hyperliquid")
    assert.is_nil(key)
    assert.matches("/nowhere/key", why)
    local new = sdk.new_key "hyperliquid"
    assert.matches("^0x%x+$", new.address)
    assert.are_not.equal(new.address, sdk.new_key("hyperliquid").address)
  end)

  it("says so when a client is closed", function()
    local client = sdk.client()
    client:close()
    client:close()
    assert.has_error(function() client:sleep(0) end, "the client is closed")
    assert.has_error(function() client:request { url = "http://127.0.0.1:1", timeout = 1 } end)
  end)

  it("bounds time", function()
    local client = sdk.client()
    for _, timeout in ipairs { 0, -1, 1e9, "1", 0 / 0 } do
      assert.has_error(function() client:request { url = "http://127.0.0.1:1", timeout = timeout } end)
    end
    local code, why, detail = client:request { url = "ftp://127.0.0.1", timeout = 1 }
    assert.is_nil(code)
    assert.matches("cannot be used", why)
    assert.is_false(detail.unknown)
  end)
end)
