/**
 * What happens to one partition at once. KEYS 1 to 4 are the partition's indexes, sorted sets of image keys: by when they are
 * due, by when they were used last, by when they end; and the name that its entries' names begin with.
 */
const INDEXES = `
local due, used, ends, start = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local function remove(key)
  redis.call('ZREM', due, key)
  redis.call('ZREM', used, key)
  redis.call('ZREM', ends, key)
  redis.call('UNLINK', start .. key)
end
-- Longer than any signature lives: a book that nobody uses any more goes by itself.
local function outlive()
  for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], 691200000) end
end
local function put(key, value, refreshAt, expiresAt, ttl, most)
  redis.call('SET', start .. key, value, 'PX', ttl)
  redis.call('ZADD', due, refreshAt, key)
  redis.call('ZADD', ends, expiresAt, key)
  if redis.call('ZCARD', ends) > most then remove(redis.call('ZRANGE', used, 0, 0)[1]) end
end
`;

/** ARGV: now, image keys. Returns the values, empty where there is none. */
export const READ: string = `${INDEXES}
local found = {}
for i = 2, #ARGV do
  local value = redis.call('GET', start .. ARGV[i])
  if value then redis.call('ZADD', used, ARGV[1], ARGV[i]) end
  found[i - 1] = value or ''
end
return found
`;

/** ARGV: now, most entries, then for each entry key, value, refreshAt, expiresAt, life in ms. Returns the values in force. */
export const OFFER: string = `${INDEXES}
local kept = {}
for i = 3, #ARGV, 5 do
  local key, value = ARGV[i], redis.call('GET', start .. ARGV[i])
  redis.call('ZADD', used, ARGV[1], key)
  if not value or cjson.decode(value)[4] <= tonumber(ARGV[1]) then
    value = ARGV[i + 1]
    put(key, value, ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], tonumber(ARGV[2]))
  end
  kept[#kept + 1] = value
end
outlive()
return kept
`;

/** ARGV as for OFFER. */
export const REPLACE: string = `${INDEXES}
for i = 3, #ARGV, 5 do
  redis.call('ZADD', used, 'NX', ARGV[1], ARGV[i])
  put(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], tonumber(ARGV[2]))
end
outlive()
`;

/** ARGV: now, until, image key. Returns 1 when it was claimed. */
export const CLAIM: string = `${INDEXES}
local at = redis.call('ZSCORE', due, ARGV[3])
if at and tonumber(at) > tonumber(ARGV[1]) then return 0 end
if redis.call('EXISTS', start .. ARGV[3]) == 0 then return 0 end
redis.call('ZADD', due, ARGV[2], ARGV[3])
return 1
`;

/** ARGV: now, until, limit, used since. Returns how many were looked at, then key and value of each that was claimed. */
export const CLAIM_DUE: string = `${INDEXES}
local keys = redis.call('ZRANGEBYSCORE', due, '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
local answer = { #keys }
for _, key in ipairs(keys) do
  local at, value = redis.call('ZSCORE', used, key), redis.call('GET', start .. key)
  if at and value and tonumber(at) >= tonumber(ARGV[4]) then
    redis.call('ZADD', due, ARGV[2], key)
    answer[#answer + 1] = key
    answer[#answer + 1] = value
  else
    redis.call('ZREM', due, key)
  end
end
return answer
`;

/** ARGV: now, limit. Returns how many entries were removed. */
export const CLEAN_UP: string = `${INDEXES}
local keys = redis.call('ZRANGEBYSCORE', ends, '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, key in ipairs(keys) do remove(key) end
return #keys
`;
