-- Sends searches and compares every answer with the one expected. Each thread must have one connection: then an answer
-- belongs to the last request. Arguments: a file of request bodies and one of the answers to them, a line each.
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  threads[#threads + 1] = thread
end

function init(args)
  bodies, answers = {}, {}
  for line in io.lines(args[1]) do
    bodies[#bodies + 1] = wrk.format("POST", "/search", { ["Content-Type"] = "application/json" }, line)
  end
  for line in io.lines(args[2]) do
    answers[#answers + 1] = line
  end
  at = number * 7919
  checked, wrong = 0, 0
end

function request()
  at = at + 1
  return bodies[at % #bodies + 1]
end

function response(status, headers, body)
  checked = checked + 1
  if status ~= 200 or body ~= answers[at % #bodies + 1] then
    wrong = wrong + 1
  end
end

function done(summary, latency, requests)
  local checked, wrong = 0, 0
  for _, thread in ipairs(threads) do
    checked = checked + thread:get("checked")
    wrong = wrong + thread:get("wrong")
  end
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %f, "p50_ms": %f, "p99_ms": %f, "max_ms": %f, "errors": %d, "checked": %d, "wrong": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, errors.connect + errors.read + errors.write + errors.status + errors.timeout, checked, wrong))
end
