--- What the venues' SDKs share: keys, requests, streams. For programs (`perigee lua`), never for strategies.
--
-- Everything waits where it is called and has a time limit. What can fail in good code (the network, the venue's
-- refusal) returns nil, a text, and a table with details; misuse raises an error. Keys are named, and loaded by the
-- host: Lua has a handle and never the key.
local ffi = require "ffi"
local host = require "perigee.host"
local json = require "perigee.json"

local C = host.C
local M = {}

local EXCERPT = 200

--- Calls a C function that takes an error last. Its result, or nil and the error's text.
function M.call(fn, ...)
  local problem = ffi.new "pg_sdk_error"
  local n = select("#", ...)
  local arguments = { ... }
  arguments[n + 1] = problem
  local result = fn(unpack(arguments, 1, n + 1))
  if result == nil or result == false then return nil, ffi.string(problem.text) end
  return result
end

--- Milliseconds since 1970.
---@return integer
function M.now_ms() return tonumber(C.pg_sdk_now_ms()) end

--- Seconds on a clock that only runs forward.
---@return number
function M.ticks() return tonumber(C.pg_sdk_ticks_ms()) / 1000 end

-------------------------------------------------------------------------------------------------------------- keys

---@class perigee.Key
---@field handle userdata
---@field address string address or public key
---@field source string where it came from

local loaded = {} -- a variable can be read only once, and one key has one sequence of nonces

--- Loads a key: "env:NAME" (a variable, or a line of ./.env), "file:PATH" (mode 0600), "keystore:NAME" (made with
--- `perigee keys`; its passphrase is asked for on the terminal, or is the first line of passphrase_file).
---@param source string
---@param kind "hyperliquid"|"stark"|"lighter"|"raw"|"text"
---@param passphrase_file? string
---@return perigee.Key? key, string? error
function M.key(source, kind, passphrase_file)
  local from, name = tostring(source):match "^(%l+):(.+)$"
  if from ~= "env" and from ~= "file" and from ~= "keystore" then
    error("a key is named env:VARIABLE, file:PATH or keystore:NAME; the key itself is never an argument", 2)
  end
  local id = kind .. " " .. source
  if loaded[id] then return loaded[id] end
  local handle, why = M.call(C.pg_sdk_key_load, kind, from, name, passphrase_file)
  if not handle then return nil, why end
  loaded[id] = { handle = ffi.gc(handle, C.pg_sdk_key_free), address = ffi.string(C.pg_sdk_key_address(handle)),
    source = source }
  return loaded[id]
end

--- A new random key, which nothing keeps: it ends with the program. For agents of a session.
---@return perigee.Key
function M.new_key(kind)
  local handle = assert(M.call(C.pg_sdk_key_new, kind))
  return { handle = ffi.gc(handle, C.pg_sdk_key_free), address = ffi.string(C.pg_sdk_key_address(handle)),
    source = "new" }
end

--- A setting that is no secret, of the environment or of ./.env; nil and why when it is not there.
---@param name string
---@return string? value, string? error
function M.setting(name)
  local text = ffi.new("char[?]", tonumber(C.PG_SDK_SETTING))
  local good, why = M.call(C.pg_sdk_setting, text, name)
  if not good then return nil, why end
  return ffi.string(text)
end

--- Writes a file whole or not at all: readers see the old one or the new one.
---@return boolean? written, string? error
function M.write_file(path, text)
  local new = path .. ".new"
  local file, why = io.open(new, "w")
  if not file then return nil, why end
  local good = file:write(text)
  good = file:close() and good
  if good then good, why = os.rename(new, path) end
  if good then return true end
  os.remove(new)
  return nil, why or path .. ": it cannot be written"
end

---------------------------------------------------------------------------------------------------------- requests

---@class perigee.sdk.Client
local Client = {}
Client.__index = Client

--- ca_file: certificates (PEM) that are trusted instead of the system's.
---@param options? {ca_file?: string}
---@return perigee.sdk.Client
function M.client(options)
  local handle, why = M.call(C.pg_sdk_client_new, options and options.ca_file)
  if not handle then error(why, 2) end
  return setmetatable({ handle = ffi.gc(handle, C.pg_sdk_client_free) }, Client)
end

local function open_handle(client) return client.handle or error("the client is closed", 3) end

--- The venue's budget of requests: `capacity` of weight at once, and `per_s` more a second.
function Client:budget(capacity, per_s) C.pg_sdk_budget(open_handle(self), capacity, per_s) end

--- What an answer cost beyond the weight of its request.
function Client:charge(weight) C.pg_sdk_charge(open_handle(self), weight) end

--- Waits; streams go on meanwhile.
---@param seconds number
function Client:sleep(seconds) C.pg_sdk_wait(open_handle(self), math.max(0, seconds) * 1000) end

--- Waits until something has happened on any stream, for at most so many seconds. Whether something has.
---@param timeout number
---@return boolean
function Client:wait_streams(timeout) return C.pg_sdk_streams_wait(open_handle(self), math.max(0, timeout) * 1000) end

--- Frees connections at once; otherwise the garbage collector does.
function Client:close()
  if self.handle then C.pg_sdk_client_free(ffi.gc(self.handle, nil)) end
  self.handle = nil
end

local function texts(list)
  local array = ffi.new("const char *[?]", math.max(#list, 1))
  for i, text in ipairs(list) do array[i - 1] = text end
  return array
end

---@class perigee.Request
---@field url string
---@field method? string
---@field body? string
---@field headers? string[]
---@field timeout number seconds, of all of it
---@field weight? number on the budget
---@field key_header? string the header that carries `key`
---@field key? perigee.Key of kind "text"

--- Sends a request once. The code of HTTP and the body; or nil, why there is no answer, and { unknown = true } when the
--- request may have been received all the same. detail of an answer: date_s, the venue's clock, and retry_after_s,
--- where it tells them.
---@param options perigee.Request
---@return integer? code, string body, table? detail
function Client:request(options)
  local headers = options.headers or {}
  if type(options.timeout) ~= "number" or not (options.timeout > 0 and options.timeout < 1e6) then
    error("timeout should be a number of seconds, not " .. tostring(options.timeout), 2)
  end
  local request, answer = ffi.new "pg_sdk_request", ffi.new "pg_sdk_answer"
  local header_texts = texts(headers)
  request.url, request.method, request.body = options.url, options.method, options.body
  request.size = options.body and #options.body or 0
  request.headers, request.header_count = header_texts, #headers
  request.timeout_ms, request.weight = options.timeout * 1000, options.weight or 0
  request.key_header, request.api_key = options.key_header, options.key and options.key.handle
  local good, why = M.call(C.pg_sdk_send, open_handle(self), answer, request)
  if not good then return nil, why, { unknown = answer.maybe_sent } end
  local date_s, retry_after_s = tonumber(answer.date_s), tonumber(answer.retry_after_s)
  return answer.code, ffi.string(answer.body, answer.size),
    { date_s = date_s > 0 and date_s or nil, retry_after_s = retry_after_s > 0 and retry_after_s or nil }
end

--- A value as it stands in a URL, percent-encoded; large ids (cdata) as their digits.
---@param value string|number|boolean|userdata
---@return string
function M.escape(value)
  local is_number = type(value) == "number" or type(value) == "cdata"
  local text = is_number and json.encode(value) or tostring(value)
  return (text:gsub("[^%w%-._~]", function(c) return ("%%%02X"):format(c:byte()) end))
end

--- "?a=1&b=x%20y" of arguments, in the order of their names; "" when there are none. Lists are repeated.
---@param given table<string, string|number|boolean|table>
---@return string
function M.query(given)
  local names, parts = {}, {}
  for name in pairs(given) do names[#names + 1] = name end
  table.sort(names)
  local function add(name, value)
    parts[#parts + 1] = name .. "=" .. M.escape(value)
  end
  for _, name in ipairs(names) do
    local value = given[name]
    for _, one in ipairs(type(value) == "table" and value or { value }) do add(name, one) end
  end
  return #parts > 0 and "?" .. table.concat(parts, "&") or ""
end

--- The beginning of a text that is no JSON, to be shown: on one line, printable.
function M.excerpt(text)
  local line = text:sub(1, EXCERPT):gsub("[%c\128-\255]+", " "):gsub("%s+", " ")
  return #text > EXCERPT and line .. "..." or line
end

local meanings = {
  [429] = "too many requests: ask less often", [401] = "not authorised", [403] = "forbidden",
  [404] = "nothing there", [500] = "an error of the venue", [502] = "the venue's gateway has no answer",
  [503] = "the venue is not available", [504] = "the venue's gateway got no answer in time",
}

--- Reads the answer to a request: the document of code 200, or nil, why there is none, and { http = code }. After a
--- code of 5xx the outcome of an action is unknown.
---@param code integer
---@param body string
---@return any value, string? error, table? detail
function M.read(code, body)
  local detail = { http = code, body = body, unknown = code >= 500 }
  if code == 200 then
    local value, why = json.decode(body)
    if why then
      detail.unknown = true
      return nil, ("the answer is no JSON (%s): %s"):format(why, M.excerpt(body)), detail
    end
    return value
  end
  local text = ("HTTP %d"):format(code) .. (meanings[code] and ", " .. meanings[code] or "")
  if body ~= "" and body ~= "null" and not body:find "^%s*<" then text = text .. ": " .. M.excerpt(body) end
  return nil, text, detail
end

----------------------------------------------------------------------------------------------------------- streams

---@class perigee.sdk.Stream
local Stream = {}
Stream.__index = Stream

local kinds = { [tonumber(C.PG_SDK_TEXT)] = "text", [tonumber(C.PG_SDK_OPENED)] = "opened",
  [tonumber(C.PG_SDK_CLOSED)] = "closed", [tonumber(C.PG_SDK_LOST)] = "lost" }

--- A WebSocket that is connected again whenever it breaks. `ping`: a text that the venue answers.
---@param options {url: string, ping?: string, ping_s?: number, headers?: string[], key_header?: string, key?: table}
---@return perigee.sdk.Stream? stream, string? error
function Client:stream(options)
  local headers = options.headers or {}
  local config, header_texts = ffi.new "pg_sdk_stream_config", texts(headers)
  config.url, config.headers, config.header_count = options.url, header_texts, #headers
  config.key_header, config.api_key = options.key_header, options.key and options.key.handle
  config.ping, config.ping_ms = options.ping, (options.ping_s or 0) * 1000
  local handle, why = M.call(C.pg_sdk_stream_new, open_handle(self), config)
  if not handle then return nil, why end
  return setmetatable({ handle = handle, client = self, message = ffi.new "pg_sdk_message" }, Stream)
end

--- A client that is closed has closed its streams.
local function stream_handle(stream)
  return stream.client.handle and stream.handle or error("the stream is closed", 3)
end

function Stream:is_open() return C.pg_sdk_stream_is_open(stream_handle(self)) end

---@return boolean? sent, string? error
function Stream:send(text) return M.call(C.pg_sdk_stream_send, stream_handle(self), text, #text) end

--- A text that is said on every connection from the next on, and one that is not any more.
function Stream:keep(text) return M.call(C.pg_sdk_stream_keep, stream_handle(self), text) end

function Stream:forget(text) C.pg_sdk_stream_forget(stream_handle(self), text) end

--- What happened next: "text" with the text, "opened", "closed" with why, "lost" with the number of messages that were
--- thrown away; nil when nothing did in time.
---@param timeout number seconds
---@return "text"|"opened"|"closed"|"lost"|nil kind, string|integer|nil value, number? received_ms
function Stream:next(timeout)
  local message = self.message
  C.pg_sdk_stream_next(stream_handle(self), message, math.max(0, timeout) * 1000)
  local kind = kinds[tonumber(message.kind)]
  if not kind then return nil end
  if kind == "lost" then return kind, tonumber(message.count) end
  return kind, ffi.string(message.text, message.size), tonumber(message.received_ns / 1000000)
end

function Stream:close()
  if self.handle and self.client.handle then C.pg_sdk_stream_free(self.handle) end
  self.handle = nil
end

return M
