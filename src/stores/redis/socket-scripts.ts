import { Script } from './script.ts';

/*
 * What stands in Redis, after the prefix `…ws:`:
 *   a:NODE   there while the node beats (expires by itself)
 *   n        sorted set of nodes by their last beat, in the server's time
 *   c:API    hash of connection id to node
 *   o:NODE   set of `API\nID\nHOLDER\n...` that the node has, so that others can clear up after it
 *   h:API\nHOLDER   set of connection ids in the places of one address or key
 * Channels: `…ws:node:NODE` for orders and replies to one node, `…ws:all` for orders to all.
 */

/** KEYS: c:API, o:NODE, h:… ARGV: id, node, entry, most of each h. Returns 0, or which h is full, counted from 1. */
export const add = new Script(`
for i = 3, #KEYS do
  local most = tonumber(ARGV[i + 1])
  if most >= 0 and redis.call('SCARD', KEYS[i]) >= most and redis.call('SISMEMBER', KEYS[i], ARGV[1]) == 0 then
    return i - 2
  end
end
for i = 3, #KEYS do redis.call('SADD', KEYS[i], ARGV[1]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SADD', KEYS[2], ARGV[3])
return 0`);

/** The same keys. ARGV: id, node, entry. Takes out what is still this node's. */
export const remove = new Script(`
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
redis.call('SREM', KEYS[2], ARGV[3])
for i = 3, #KEYS do redis.call('SREM', KEYS[i], ARGV[1]) end
return 1`);

/** KEYS: c:API. ARGV: id, prefix, order. Tells the owner. Returns 0 when no living node has the connection. */
export const send = new Script(`
local node = redis.call('HGET', KEYS[1], ARGV[1])
if not node or redis.call('EXISTS', ARGV[2] .. 'a:' .. node) == 0 then return 0 end
return redis.call('PUBLISH', ARGV[2] .. 'node:' .. node, ARGV[3])`);

/** KEYS: n, a:NODE, o:NODE. ARGV: node, milliseconds alive. Returns how many connections are kept for it, then dead nodes. */
export const beat = new Script(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
redis.call('ZADD', KEYS[1], now, ARGV[1])
local answer = { tostring(redis.call('SCARD', KEYS[3])) }
for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. (now - tonumber(ARGV[2])))) do
  table.insert(answer, node)
end
return answer`);

/** Clears up after a dead node, some at a time. KEYS: n, a:NODE, o:NODE. ARGV: node, prefix. Returns how many went, or -1. */
export const bury = new Script(`
if redis.call('EXISTS', KEYS[2]) == 1 then return -1 end
local gone = redis.call('SPOP', KEYS[3], 500)
for _, entry in ipairs(gone) do
  local parts = {}
  for part in string.gmatch(entry, '[^\\n]+') do table.insert(parts, part) end
  local hash = ARGV[2] .. 'c:' .. parts[1]
  if redis.call('HGET', hash, parts[2]) == ARGV[1] then redis.call('HDEL', hash, parts[2]) end
  for i = 3, #parts do redis.call('SREM', ARGV[2] .. 'h:' .. parts[1] .. '\\n' .. parts[i], parts[2]) end
end
if #gone == 0 then redis.call('ZREM', KEYS[1], ARGV[1]) end
return #gone`);
