"""What Redis does in one step, in its own language (redis.io, "Scripting with Lua").

A nonce goes with each event: when a connection breaks, the same call is made again, and
finds that it was itself who came first.
"""

from __future__ import annotations

from typing import Final

#: KEYS: stream, story, order, names of the reference (or none).
#: ARGV: essence, nonce, event, ms to keep, messages to keep, uuid, prefix of stories,
#: length of the stream, reference, workflow. Returns 1 if it is new.
RECORD_RECEIPT: Final = """
local before = redis.call('HGET', KEYS[2], ARGV[1])
if before then return string.sub(before, 1, 32) == ARGV[2] and 1 or 0 end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[8], '*',
    'm', ARGV[6], 'r', ARGV[9], 'w', ARGV[10], 'e', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. id .. ' ' .. ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('ZADD', KEYS[3], now, ARGV[6])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
if KEYS[4] then
    redis.call('ZADD', KEYS[4], 'NX', now, ARGV[6])
    redis.call('PEXPIRE', KEYS[4], ARGV[4])
end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - ARGV[4] * 1000)
while redis.call('ZCARD', KEYS[3]) > tonumber(ARGV[5]) do
    redis.call('DEL', ARGV[7] .. redis.call('ZPOPMIN', KEYS[3])[1])
end
return 1
"""

#: KEYS: mark, stream. ARGV: nonce, ms to keep, event, workflow, length of the stream.
#: Returns 1 if it is new.
RECORD_REPORT: Final = """
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
    return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], '*', 'w', ARGV[4], 'e', ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 1
"""

#: KEYS: mark, letters, stream. ARGV: nonce, ms to keep, event, ms to keep letters,
#: letters to keep, sender, length of the stream. Returns 1 if it is new.
RECORD_LETTER: Final = """
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
    return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('RPUSH', KEYS[2], string.format('%.0f ', now) .. ARGV[3])
redis.call('LTRIM', KEYS[2], -ARGV[5], -1)
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[7], '*', 'i', ARGV[6])
redis.call('PEXPIRE', KEYS[3], ARGV[2])
return 1
"""

#: KEYS: letters, claim. ARGV: ms to keep letters, ms to keep the claim.
#: Returns the oldest letter, the same one however often the claim is made.
CLAIM_LETTER: Final = """
local held = redis.call('GET', KEYS[2])
if held then return held end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
while true do
    local letter = redis.call('LPOP', KEYS[1])
    if not letter then return false end
    if now - string.match(letter, '^%d+') <= tonumber(ARGV[1]) then
        redis.call('SET', KEYS[2], letter, 'PX', ARGV[2])
        return letter
    end
end
"""

#: KEYS: letters. ARGV: letter, ms to keep letters.
RETURN_LETTER: Final = """
redis.call('LPUSH', KEYS[1], ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""

#: KEYS: story, names. ARGV: uuid, prefix of stories, messages of one name at most.
#: Returns the receipts of each message.
HISTORY: Final = """
local told = {redis.call('HVALS', KEYS[1])}
for _, uuid in ipairs(redis.call('ZRANGE', KEYS[2], -ARGV[3], -1)) do
    if uuid ~= ARGV[1] then
        table.insert(told, redis.call('HVALS', ARGV[2] .. uuid))
    end
end
return told
"""
