-- Takes back one count of `gcra.lua`: the moment at which the bucket is empty again comes one refill sooner.
-- KEYS[1]: the bucket. ARGV: refill in microseconds.
local empty_at = redis.call('GET', KEYS[1])
if empty_at then
  redis.call('SET', KEYS[1], string.format('%.0f', tonumber(empty_at) - tonumber(ARGV[1])), 'KEEPTTL')
end
