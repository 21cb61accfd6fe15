--- The client of Extended: how it sends, and how the envelope of an answer is read (extended.md 1, 2). What it says is
--- in reading.lua, acting.lua and recipes.lua, which add to it.
local ffi = require "ffi"
local host = require "perigee.host"
local json = require "perigee.json"
local sdk = require "perigee.sdk"

local C = host.C

local READ_S, WRITE_S = 10, 5
local PAUSE_S, PAUSE_MOST_S = 1, 60
local AGENT = "User-Agent: perigee/1.0"

---@class perigee.extended.Client
---@field network "mainnet"|"testnet"|"local"
---@field account perigee.extended.Account? whose API key it has
---@field public_key string? of the signing key
---@field vault integer?
---@field info perigee.extended.Info
---@field exchange perigee.extended.Exchange
---@field subscribe perigee.extended.Subscribe
local Client = { agent = AGENT }
Client.__index = Client

---@class perigee.extended.Refusal
---@field http integer
---@field code integer|string|nil the venue's
---@field reason string? what it means: one of Perigee's reasons, or "other"
---@field class string? what to do: "refused", "gone", "fatal", "duplicate", "unclear", "slow", "wrong_fee",
---  "maintenance", "post_only_mode", "reduce_only_mode"
---@field unknown boolean? it may have been done all the same

local function refusal(code, answer, is_write)
  local problem = type(answer) == "table" and type(answer.error) == "table" and answer.error or {}
  local number = tonumber(problem.code)
  local meaning = C.pg_sdk_ext_refusal_of(number or -1, code)
  local detail = { http = code, code = number or problem.code, reason = ffi.string(meaning.reason),
    class = ffi.string(meaning.class), unknown = is_write and code >= 500 or nil }
  if detail.code == nil then return nil, detail end
  local text = ("%s: %s"):format(tostring(detail.code), tostring(problem.message or "no reason is given"))
  if type(problem.debugInfo) == "string" then text = text .. " (" .. sdk.excerpt(problem.debugInfo) .. ")" end
  return text, detail
end

local function is_good(code, answer)
  return code >= 200 and code < 300 and type(answer) == "table" and tostring(answer.status):upper() == "OK" and
    (answer.error == nil or answer.error == json.null)
end

--- The data of an answer (true when it has none) and its `pagination`; or nil, why not, detail.
local function read(code, body, is_write)
  if code >= 200 and code < 300 and not body:find "%S" then return true end
  local answer, why = json.decode(body)
  if is_good(code, answer) then
    local data = answer.data
    if data == nil or data == json.null then data = true end
    return data, nil, type(answer.pagination) == "table" and answer.pagination or nil
  end
  local text, detail = refusal(code, answer, is_write)
  if text then return nil, text, detail end
  if code == 200 and answer == nil then
    detail.unknown = is_write or nil
    return nil, ("the answer is no JSON (%s): %s"):format(why, sdk.excerpt(body)), detail
  end
  local _, meaning = sdk.read(code == 200 and 0 or code, body)
  return nil, meaning, detail
end

--- Too many requests were made: nothing is sent for a while. nil and why when that is longer than a call may take.
local function keep_quiet(self, timeout)
  local left = (self.quiet_until or 0) - sdk.ticks()
  if left <= 0 then return timeout end
  if left >= timeout then
    return nil, ("the venue wants no requests for another %.1f s: nothing was sent"):format(left)
  end
  self.web:sleep(left)
  return timeout - left
end

local function note_limit(self, code, told)
  if code ~= 429 then
    self.pause = nil
    return
  end
  self.pause = math.min(PAUSE_MOST_S, self.pause and 2 * self.pause or PAUSE_S)
  self.quiet_until = sdk.ticks() + math.max(told.retry_after_s or 0, self.pause * (0.9 + 0.2 * math.random()))
end

---@class perigee.extended.Sent
---@field method string
---@field path string behind /api/v1
---@field query? table
---@field body? string
---@field private? boolean carries the API key
---@field timeout? number seconds

--- Sends a request once. Data of the answer (true when there are none), nil and its pagination; or nil, why, detail.
---@param sent perigee.extended.Sent
---@return any data, string? error, perigee.extended.Refusal|table|nil detail
function Client:over_http(sent)
  local is_write = sent.method ~= "GET"
  local headers = { AGENT, "Accept: application/json" }
  if sent.body then headers[3] = "Content-Type: application/json" end
  local timeout, why = keep_quiet(self, sent.timeout or (is_write and WRITE_S or READ_S))
  if not timeout then return nil, why, { unsent = true } end
  local code, body, detail = self.web:request { url = self.url .. "/api/v1" .. sent.path .. sdk.query(sent.query or {}),
    method = sent.method, body = sent.body or (sent.method == "POST" and "" or nil), headers = headers,
    timeout = timeout, weight = 1, key_header = sent.private and "X-Api-Key" or nil,
    key = sent.private and self.api_key or nil }
  if not code then return nil, body, detail end
  note_limit(self, code, detail)
  self.date_s = detail.date_s or self.date_s
  return read(code, body, is_write)
end

return Client
