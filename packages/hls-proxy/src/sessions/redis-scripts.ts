import { RATE_MEMORY } from './session-record.js';

// All keys begin with one base that holds the hash tag, so that they are in one slot of a cluster and a script may use
// any of them:
//
//   :s:{id}      hash of a session           :seen     sorted set of session ids by when they were last seen
//   :v:{viewer}  id of the viewer's session  :u:{uid}  the same, of one user
//   :e:{id}      an ended session            :ended    sorted set of session ids by when they were ended
//   :n:{name}    uses                        :r:{reporter}  sequence of its last report
//   :allow       hash of allow-list entries  :allowv   the list's version
//   :traffic     hash of bytes by user       :tseen    sorted set of users by when they were last seen
//   :pending, :rest    bytes by user to be reported, and those of users that there was no room for
//   :secret      what grants are signed with, where the operator gave none
//   :batch, :batch:users, :batch:rest    what has been taken from there; :turn  who takes

const COMMON = `
local base = KEYS[1]
local function at(...) return base .. ':' .. table.concat({...}, ':') end
local function finish(id, now, forget)
  local f = redis.call('HMGET', at('s', id), 'viewer', 'uid', 'expires')
  if not f[1] then return 0 end
  redis.call('DEL', at('s', id))
  redis.call('ZREM', at('seen'), id)
  if f[2] ~= '' then redis.call('ZREM', at('u', f[2]), id) end
  if redis.call('GET', at('v', f[1])) == id then redis.call('DEL', at('v', f[1])) end
  local life = tonumber(forget)
  if f[3] ~= '' then life = math.max(1, tonumber(f[3]) - tonumber(now)) end
  redis.call('SET', at('e', id), '1', 'PX', math.floor(life))
  local last = redis.call('ZREVRANGE', at('ended'), 0, 0, 'WITHSCORES')
  redis.call('ZADD', at('ended'), math.max(tonumber(now), tonumber(last[2] or '0') + 1), id)
  return 1
end
local function seen(id, viewer, uid, time, keep)
  redis.call('ZADD', at('seen'), time, id)
  redis.call('SET', at('v', viewer), id, 'PX', keep)
  redis.call('PEXPIRE', at('s', id), keep)
  if uid ~= '' then
    redis.call('ZADD', at('u', uid), time, id)
    redis.call('PEXPIRE', at('u', uid), keep)
  end
end
local function use(name, limit, life, now)
  local f = redis.call('HMGET', at('n', name), 'count', 'ends')
  local count = 0
  if f[1] and tonumber(f[2]) > now then count = tonumber(f[1]) end
  if count >= limit then return 0 end
  if count > 0 then
    redis.call('HINCRBY', at('n', name), 'count', 1)
  else
    redis.call('HSET', at('n', name), 'count', 1, 'ends', now + life)
    redis.call('PEXPIRE', at('n', name), life)
  end
  return 1
end
`;

/** ARGV: now, idle, keep, id, identity, viewer, device, uid, expires, allow, most a user (0: any), use, limit, life, forget, most in all. */
export const OPEN: string = `${COMMON}
local now, idle, keep = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local id, uid = ARGV[4], ARGV[8]
local known = redis.call('GET', at('v', ARGV[6]))
if known then
  local f = redis.call('HMGET', at('s', known), 'seen', 'rate')
  if f[1] and tonumber(f[1]) + idle > now then
    local elapsed = math.max(0, now - tonumber(f[1]))
    redis.call('HSET', at('s', known), 'seen', now, 'rate', tonumber(f[2]) * math.exp(-elapsed / ${RATE_MEMORY}))
    seen(known, ARGV[6], uid, now, keep)
    return {'known', redis.call('HGETALL', at('s', known))}
  end
end
local superseded = {}
local most = tonumber(ARGV[11])
if uid ~= '' and most > 0 then
  redis.call('ZREMRANGEBYSCORE', at('u', uid), '-inf', now - idle)
  local own = redis.call('ZRANGE', at('u', uid), 0, -1)
  local excess = #own + 1 - most
  for _, other in ipairs(own) do
    if #superseded < excess and redis.call('HGET', at('s', other), 'device') == ARGV[7] then
      superseded[#superseded + 1] = other
    end
  end
  if #superseded < excess then return {'too-many'} end
end
if ARGV[12] ~= '' and use(ARGV[12], tonumber(ARGV[13]), tonumber(ARGV[14]), now) == 0 then return {'used-up'} end
for _, other in ipairs(superseded) do finish(other, now, ARGV[15]) end
redis.call('HSET', at('s', id), 'identity', ARGV[5], 'viewer', ARGV[6], 'device', ARGV[7], 'uid', uid,
  'expires', ARGV[9], 'allow', ARGV[10], 'seen', now, 'bytes', 0, 'rate', 0)
seen(id, ARGV[6], uid, now, keep)
if redis.call('ZCARD', at('seen')) > tonumber(ARGV[16]) then
  redis.call('DEL', at('s', redis.call('ZPOPMIN', at('seen'))[1]))
end
return {'fresh', redis.call('HGETALL', at('s', id)), superseded}
`;

/** ARGV: id. */
export const FIND: string = `${COMMON}
if redis.call('EXISTS', at('e', ARGV[1])) == 1 then return {'ended'} end
return {'found', redis.call('HGETALL', at('s', ARGV[1]))}
`;

/**
 * ARGV: now, idle, keep, reporter, sequence, cursor, news kept for, most users with a total, most users unreported, then
 * for each session: id, identity, viewer, device, uid, expires, allow, seen, rendition, bytes, cmcd.
 */
export const REPORT: string = `${COMMON}
local now, idle, keep = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local sequence = tonumber(ARGV[5])
local new = false
if #ARGV > 9 and sequence > tonumber(redis.call('GET', at('r', ARGV[4])) or '0') then
  redis.call('SET', at('r', ARGV[4]), sequence, 'PX', 3600000)
  new = true
end
for i = 10, new and #ARGV or 0, 11 do
  local id, uid, time, bytes = ARGV[i], ARGV[i + 4], tonumber(ARGV[i + 7]), tonumber(ARGV[i + 9])
  if redis.call('EXISTS', at('e', id)) == 0 then
    local key = at('s', id)
    local f = redis.call('HMGET', key, 'seen', 'rate')
    local before = tonumber(f[1] or time)
    local rate = tonumber(f[2] or '0') * math.exp(-math.max(0, time - before) / ${RATE_MEMORY}) + bytes * 8000 / ${RATE_MEMORY}
    time = math.max(time, before)
    redis.call('HSET', key, 'identity', ARGV[i + 1], 'viewer', ARGV[i + 2], 'device', ARGV[i + 3], 'uid', uid,
      'expires', ARGV[i + 5], 'allow', ARGV[i + 6], 'seen', time, 'rate', rate)
    redis.call('HINCRBY', key, 'bytes', bytes)
    if ARGV[i + 8] ~= '' then redis.call('HSET', key, 'rendition', ARGV[i + 8]) end
    if ARGV[i + 10] ~= '' then redis.call('HSET', key, 'cmcd', ARGV[i + 10]) end
    seen(id, ARGV[i + 2], uid, time, keep)
  end
  if bytes > 0 then
    redis.call('HINCRBY', at('traffic'), uid, bytes)
    redis.call('ZADD', at('tseen'), now, uid)
    if redis.call('ZCARD', at('tseen')) > tonumber(ARGV[8]) then
      redis.call('HDEL', at('traffic'), redis.call('ZPOPMIN', at('tseen'))[1])
    end
    if redis.call('HEXISTS', at('pending'), uid) == 1 or redis.call('HLEN', at('pending')) < tonumber(ARGV[9]) then
      redis.call('HINCRBY', at('pending'), uid, bytes)
    else
      redis.call('INCRBY', at('rest'), bytes)
    end
  end
end
redis.call('ZREMRANGEBYSCORE', at('seen'), '-inf', now - idle)
redis.call('ZREMRANGEBYSCORE', at('ended'), '-inf', now - tonumber(ARGV[7]))
local ended = redis.call('ZRANGEBYSCORE', at('ended'), '(' .. ARGV[6], '+inf', 'WITHSCORES')
return {ended, redis.call('GET', at('allowv')) or '0'}
`;

/** ARGV: now, idle, uid (empty: all), limit, offset. */
export const LIST: string = `${COMMON}
local key = at('seen')
if ARGV[3] ~= '' then key = at('u', ARGV[3]) end
local after = '(' .. string.format('%.0f', tonumber(ARGV[1]) - tonumber(ARGV[2]))
local found = {}
for _, id in ipairs(redis.call('ZREVRANGEBYSCORE', key, '+inf', after, 'LIMIT', ARGV[5], ARGV[4])) do
  found[#found + 1] = redis.call('HGETALL', at('s', id))
end
return {redis.call('ZCOUNT', key, after, '+inf'), found}
`;

/** ARGV: id, now, forget. */
export const END: string = `${COMMON}
return finish(ARGV[1], ARGV[2], ARGV[3])
`;

/** ARGV: name, limit, life, now. */
export const USE: string = `${COMMON}
return use(ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]))
`;

/** ARGV: id, entry, most, now. */
export const ALLOW: string = `${COMMON}
if redis.call('HLEN', at('allow')) >= tonumber(ARGV[3]) then
  local entries = redis.call('HGETALL', at('allow'))
  for i = 1, #entries, 2 do
    local ends = cjson.decode(entries[i + 1]).expiresAt
    if type(ends) == 'number' and ends <= tonumber(ARGV[4]) then redis.call('HDEL', at('allow'), entries[i]) end
  end
  if redis.call('HLEN', at('allow')) >= tonumber(ARGV[3]) then return 0 end
end
redis.call('HSET', at('allow'), ARGV[1], ARGV[2])
redis.call('INCR', at('allowv'))
return 1
`;

/** ARGV: id, now, forget. */
export const DISALLOW: string = `${COMMON}
if redis.call('HDEL', at('allow'), ARGV[1]) == 0 then return 0 end
redis.call('INCR', at('allowv'))
for _, id in ipairs(redis.call('ZRANGE', at('seen'), 0, -1)) do
  if redis.call('HGET', at('s', id), 'allow') == ARGV[1] then finish(id, ARGV[2], ARGV[3]) end
end
return 1
`;

/** ARGV: uid (empty: all). Users, bytes and times. */
export const TRAFFIC: string = `${COMMON}
local function one(uid) return {uid, redis.call('HGET', at('traffic'), uid), redis.call('ZSCORE', at('tseen'), uid)} end
if ARGV[2] == '1' then
  if redis.call('HEXISTS', at('traffic'), ARGV[1]) == 0 then return {} end
  return {one(ARGV[1])}
end
local all = {}
for _, uid in ipairs(redis.call('HKEYS', at('traffic'))) do all[#all + 1] = one(uid) end
return all
`;

/** ARGV: id, reporter, lease, now. */
export const TAKE: string = `${COMMON}
local owner = redis.call('GET', at('turn'))
if owner and owner ~= ARGV[2] then return false end
redis.call('SET', at('turn'), ARGV[2], 'PX', ARGV[3])
if redis.call('EXISTS', at('batch')) == 0 then
  local rest = redis.call('GET', at('rest'))
  local any = redis.call('EXISTS', at('pending')) == 1
  if not any and not rest then return false end
  if any then redis.call('RENAME', at('pending'), at('batch', 'users')) end
  if rest then redis.call('RENAME', at('rest'), at('batch', 'rest')) end
  redis.call('HSET', at('batch'), 'id', ARGV[1], 'at', ARGV[4])
end
local batch = redis.call('HMGET', at('batch'), 'id', 'at')
return {batch[1], batch[2], redis.call('HGETALL', at('batch', 'users')), redis.call('GET', at('batch', 'rest')) or '0'}
`;

/** ARGV: id. */
export const SETTLE: string = `${COMMON}
if redis.call('HGET', at('batch'), 'id') ~= ARGV[1] then return 0 end
redis.call('DEL', at('batch'), at('batch', 'users'), at('batch', 'rest'))
return 1
`;

/** ARGV: secret. */
export const SECRET: string = `${COMMON}
redis.call('SET', at('secret'), ARGV[1], 'NX')
return redis.call('GET', at('secret'))
`;
