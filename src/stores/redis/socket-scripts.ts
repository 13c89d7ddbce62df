import { Script } from './script.ts';

/*
 * What stands in Redis, after the prefix `…ws:`:
 *   a:NODE   there while the node beats (expires by itself)
 *   n        sorted set of nodes by their last beat, in the server's time
 *   c:API    hash of connection id to node
 *   o:NODE   set of `API\nID` that the node has, so that others can clear up after it
 * Channels: `…ws:node:NODE` for orders and replies to one node, `…ws:all` for orders to all.
 */

/** KEYS: c:API, o:NODE. ARGV: id, node, API. */
export const add = new Script(`
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SADD', KEYS[2], ARGV[3] .. '\\n' .. ARGV[1])
return 1`);

/** The same; takes out what is still this node's. */
export const remove = new Script(`
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
redis.call('SREM', KEYS[2], ARGV[3] .. '\\n' .. ARGV[1])
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
  local mark = string.find(entry, '\\n', 1, true)
  local hash = ARGV[2] .. 'c:' .. string.sub(entry, 1, mark - 1)
  local id = string.sub(entry, mark + 1)
  if redis.call('HGET', hash, id) == ARGV[1] then redis.call('HDEL', hash, id) end
end
if #gone == 0 then redis.call('ZREM', KEYS[1], ARGV[1]) end
return #gone`);
