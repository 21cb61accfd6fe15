-- Reads messages of the streams from a file, one a line (a recording of a WebSocket), and says what is in it.
--
--     perigee lua examples/extended/message_parser.lua --file frames.jsonl
local arguments = require "perigee.arguments"
local json = require "perigee.json"

local options = arguments.program({ name = "message_parser.lua", doc = "Says what a recording of streams has.",
  options = { { name = "file", value = "PATH", required = true, doc = "one message a line" } } }, arg)

--- What a message is, by its type or by what it carries: trades, funding and candles have no type.
local function kind_of(message)
  if message.type then return message.type end
  local data = type(message.data) == "table" and message.data or {}
  local first = json.is_array(data) and data[1] or data
  if type(first) ~= "table" then return "empty" end
  return first.tT and "trades" or first.f and "funding" or first.o and "candles" or "other"
end

local counts, items, bad, line_number = {}, {}, 0, 0
for line in io.lines(options.file) do
  line_number = line_number + 1
  local message, why = json.decode(line)
  if message and type(message.frame or message.raw) == "string" then
    message, why = json.decode(message.frame or message.raw) -- wrapped by the recorder
  end
  if type(message) ~= "table" or message.ts == nil or message.seq == nil then
    bad = bad + 1
    print("line " .. line_number, why or "ts or seq is missing")
  else
    local kind, data = kind_of(message), message.data
    counts[kind] = (counts[kind] or 0) + 1
    local levels = type(data) == "table" and type(data.b) == "table" and #data.b + #(data.a or {})
    items[kind] = (items[kind] or 0) + (levels or (json.is_array(data) and #data) or 1)
  end
end

local kinds = {}
for kind in pairs(counts) do kinds[#kinds + 1] = kind end
table.sort(kinds)
for _, kind in ipairs(kinds) do print(kind, counts[kind], "messages", items[kind], "records") end
print("bad", bad)
