--- Heavy work (model fits) that a script hands to the engine: ctx:work(job, fn).
--
-- A kernel makes the job: a pure C call on copied arrays (host/script/work.h). In a backtest it is computed at once and
-- its result becomes visible at its due time, the engine's time of the request plus the declared latency, before the
-- first callback at or after that time: so the decisions of a run do not depend on how fast the machine is. In the live
-- loop the same job goes to the worker pool (pg_engine_work). Scripts see neither the job's memory nor this module.
local host = require "perigee.host"

local C = host.C
local M = {}

local MAX_WAITING = 32

--- What a job token stands for. A script holds the token, an empty table.
local jobs = setmetatable({}, { __mode = "k" })

--- Makes a job for ctx:work. `finish` takes the result in when it is due, and what it returns is passed on.
---@param call ffi.cdata* pg_work
---@param keep any memory that the call points into
---@param finish fun(): any, any
function M.job(call, keep, finish)
  local token = {}
  jobs[token] = { call = call, keep = keep, finish = finish }
  return token
end

--- Computes a job here and now, and what it gives: for programs, which have no engine to wait for.
---@return any result, any status
function M.compute(token)
  local job = type(token) == "table" and jobs[token]
  if not job then error("compute: this is no job that a kernel made and that has not run", 2) end
  jobs[token] = nil
  C.pg_work_run(job.call)
  return job.finish()
end

--- The jobs of one context, in the order of their due times. Where the engine has workers (live) they run there and
-- are handed over when the engine says so.
function M.queue(engine)
  local waiting, running, running_count = {}, {}, 0
  local queue = { due = math.huge }

  local function insert(entry)
    local at = #waiting + 1
    while at > 1 and waiting[at - 1].due > entry.due do
      waiting[at] = waiting[at - 1]
      at = at - 1
    end
    waiting[at] = entry
    queue.due = waiting[1].due
  end

  --- Returns true, or nil and why not.
  function queue.request(now, token, fn, latency_s)
    local job = type(token) == "table" and jobs[token]
    if not job then error("ctx:work: the first argument must be a job that a kernel made and that has not run", 3) end
    if #waiting + running_count >= MAX_WAITING then return nil, "too many fits are waiting" end
    jobs[token] = nil
    local number = tonumber(C.pg_engine_work(engine, job.call))
    if number > 0 then
      running[number] = { job = job, fn = fn } -- which also keeps the job's memory while it is worked on
      running_count = running_count + 1
      return true
    end
    C.pg_work_run(job.call)
    host.forgive()
    insert { due = now + latency_s, job = job, fn = fn }
    return true
  end

  --- Hands over what is due.
  function queue.deliver(ctx)
    while waiting[1] and waiting[1].due <= ctx.now do
      local entry = table.remove(waiting, 1)
      queue.due = waiting[1] and waiting[1].due or math.huge
      if entry.fn then entry.fn(ctx, entry.job.finish()) else entry.job.finish() end
    end
  end

  --- A worker has finished the fit of that number.
  function queue.done(ctx, number)
    local entry = running[number]
    if not entry then return end
    running[number] = nil
    running_count = running_count - 1
    if entry.fn then entry.fn(ctx, entry.job.finish()) else entry.job.finish() end
  end

  return queue
end

return M
