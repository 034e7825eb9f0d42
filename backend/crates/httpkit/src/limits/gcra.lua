-- The same step as `memory.rs`, done by Redis: one number a key, the moment (in microseconds) at which its bucket is
-- empty again. KEYS[1]: the bucket. ARGV: burst, refill in microseconds, now in microseconds ("" = Redis's own clock,
-- since those of many machines differ).
-- Answers {1, how many more, reset} or {0, retry, reset}.
local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local refill = tonumber(ARGV[2])
local allowed = refill * tonumber(ARGV[1])
local kept = tonumber(redis.call('GET', KEYS[1]) or now)
local empty_at = math.min(math.max(kept, now), now + allowed)
local after = empty_at + refill
local ahead = after - now

local function keep(moment)
  -- A minute longer than needed: a clock may be set back.
  redis.call('SET', KEYS[1], string.format('%.0f', moment), 'PX', math.ceil((moment - now) / 1000) + 60000)
end

if ahead > allowed then
  -- Further ahead than the whole burst because the clock was set back: forgotten, or it would stay ahead for ever.
  if kept > empty_at then keep(empty_at) end
  return {0, ahead - allowed, empty_at - now}
end
keep(after)
return {1, math.floor((allowed - ahead) / refill), ahead}
