/**
 * Puts a new header and head before the body that is there, without the body travelling, if it is still the same write
 * under the same head (by the sum and all that follows it in the header, offsets 8 to 47). KEYS: entry. ARGV: that part
 * of the header, the new header and head, life in ms.
 */
export const REPLACE_PREFIX = `
local old = redis.call('GET', KEYS[1])
if not old or string.sub(old, 9, 48) ~= ARGV[1] then return 0 end
local json = struct.unpack('>I4', old, 5)
redis.call('SET', KEYS[1], ARGV[2] .. string.sub(old, 49 + json), 'PX', ARGV[3])
return 1
`;

/** Removes an entry and gives its header back, which names its further pieces. KEYS: entry. */
export const TAKE_HEADER = `
local header = redis.call('GETRANGE', KEYS[1], 0, 47)
if redis.call('UNLINK', KEYS[1]) == 0 then return false end
return header
`;

/** Gives a lock back if it is still one's own; empty, it says for a moment that a load has just ended. KEYS: lock. ARGV: token, that moment in ms. */
export const RELEASE_LOCK = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], '', 'PX', ARGV[2])
return 1
`;

/** Keeps a lock that is still one's own. KEYS: lock. ARGV: token, life in ms. */
export const EXTEND_LOCK = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
`;
