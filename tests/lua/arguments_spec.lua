local arguments = require "perigee.arguments"

local function check(declaration, given)
  local good, value = pcall(arguments.check, "call", arguments.declare(declaration), given)
  if good then return value end
  return nil, value
end

local function refuses(message, declaration, given)
  local value, why = check(declaration, given)
  assert.is_nil(value)
  assert.truthy(why:find(message, 1, true), why)
end

describe("arguments", function()
  it("have snake_case names", function()
    for wire, name in pairs { l2Book = "l2_book", nSigFigs = "n_sig_figs", startTime = "start_time", coin = "coin",
      userNonFundingLedgerUpdates = "user_non_funding_ledger_updates", webData2 = "web_data2" } do
      assert.equal(name, arguments.snake(wire))
    end
  end)

  it("are handed on under the names of the wire", function()
    local user = "0xABCDEFabcdef0123456789ABCDEFabcdef012345"
    assert.same({ startTime = 1732000000000, asset = 7, user = user:lower(), flag = false },
      check("startTime:time endTime?:time asset:integer=coin user:address flag:boolean",
        { start_time = 1732000000000, coin = 7, user = user, flag = false }))
    assert.same({}, check("", nil))
  end)

  it("are named in errors, with what they should be", function()
    refuses("call: coin is missing", "coin:text", {})
    refuses("call: coin should be a text, not 5", "coin:text", { coin = 5 })
    refuses('call: name should be a text of 1 to 4 bytes, not "abcde"', "name:text(1,4)", { name = "abcde" })
    refuses("call: n should be a whole number of 1 to 5, not 6", "n:integer(1,5)", { n = 6 })
    refuses("call: n should be a whole number, not 1.5", "n:integer", { n = 1.5 })
    refuses('call: n should be a whole number, not "1"', "n:integer", { n = "1" })
    refuses("call: f should be true or false, not 1", "f:boolean", { f = 1 })
    refuses("call: t should be a time in milliseconds since 1970, not 1732000000", "t:time", { t = 1732000000 })
    refuses("call: a should be an address", "a:address", { a = "0x1234" })
    refuses("call: p should be a number, or a decimal text", "p:decimal", { p = "1,5" })
    refuses("call: p should be a number, or a decimal text", "p:decimal", { p = 0 / 0 })
    refuses("call: p should be a number, or a decimal text", "p:decimal", { p = "0x10" })
    refuses("call: there is no argument 'coim' (there are coin, side)", "coin?:text side?:text", { coim = "ETH" })
    refuses("call: there is no argument 'x' (it takes none)", "", { x = 1 })
    refuses("call takes arguments by name, as a table, not \"ETH\"", "coin:text", "ETH")
  end)

  it("take the digits of a number that count", function()
    assert.equal("0.3", arguments.decimal(0.1 + 0.2))
    assert.equal("0.3", arguments.decimal(0.7 - 0.4))
    assert.equal("1.50", arguments.decimal "1.50")
    assert.equal("1e-05", arguments.decimal(0.00001))
    for _, wrong in ipairs { "", ".", "-", "nan", "inf", "1 ", "1e", true, {} } do
      assert.is_falsy(arguments.decimal(wrong))
    end
  end)

  it("are blamed where Perigee's own files were called", function()
    local good, why = pcall(function() arguments.check("call", arguments.declare "a:text", {}) end)
    assert.is_false(good)
    assert.matches("arguments_spec%.lua:%d+: call: a is missing", why)
  end)
end)

describe("a program's options", function()
  local program = { name = "p.lua", doc = "A program.", options = {
    { name = "coin", default = "ETH", doc = "a market" }, { name = "size", number = true, doc = "in coins" },
    { name = "reduce-only", flag = true, doc = "closes" } } }

  it("are read from the command line", function()
    assert.same({ coin = "ETH" }, arguments.program(program, {}))
    assert.same({ coin = "BTC", size = 0.5, reduce_only = true },
      arguments.program(program, { "--coin", "BTC", "--size=0.5", "--reduce-only" }))
  end)
end)
