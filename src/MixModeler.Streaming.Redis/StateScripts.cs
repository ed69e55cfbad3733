namespace MixModeler.Streaming.Redis;

/// <summary>The two scripts that write a scope's state. The same text runs on Redis and on Garnet.</summary>
/// <remarks>
/// <code>
/// KEYS  1 epoch  2 holder  3 offset  4 task  5 due  6 journal  7… keys to set
/// ARGV  1 epoch  2 holder  3 first offset  4 next offset  5 task record  6 number scheduled  7 number unscheduled  8 journal?
///       9… a value for each key to set, then score and member of each scheduled key, then each unscheduled member
/// </code>
/// Offsets are compared as text: a Lua number is a double and loses the last digits beyond 2⁵³. Every key is declared, because
/// Garnet locks exactly the declared ones.
/// </remarks>
internal static class StateScripts
{
    public const int FixedKeys = 6;
    public const int FixedArguments = 8;

    // `unpack` puts its results on the Lua stack, which holds some 8,000. The offset comes last: where a server tears a script
    // apart (see Acquire), the old offset beside the journal tells that it has to be finished.
    private const string Apply = """
        local function apply(keys, args)
          local sets = #keys - 6
          local pairs = {}
          for i = 1, sets do
            pairs[2 * i - 1] = keys[6 + i]
            pairs[2 * i] = args[8 + i]
          end
          for i = 1, 2 * sets, 4000 do
            redis.call('MSET', unpack(pairs, i, math.min(i + 3999, 2 * sets)))
          end
          local last = 8 + sets + 2 * tonumber(args[6])
          for i = 9 + sets, last, 4000 do
            redis.call('ZADD', keys[5], unpack(args, i, math.min(i + 3999, last)))
          end
          for i = last + 1, #args, 4000 do
            redis.call('ZREM', keys[5], unpack(args, i, math.min(i + 3999, #args)))
          end
          redis.call('SET', keys[4], args[5])
          redis.call('SET', keys[3], args[4])
        end

        """;

    /// <summary>Answers 1 applied, 0 fenced, -1 unexpected offset. Nothing can fail after the first write.</summary>
    public static readonly ServerScript Commit = new(Apply + """
        local held = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3])
        if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then
          if held[1] and tonumber(held[1]) >= tonumber(ARGV[1]) then return 0 end
          return -1
        end
        if held[3] ~= ARGV[3] then
          if held[3] == ARGV[4] then return 1 end
          return -1
        end
        local changes = 2 * tonumber(ARGV[6]) + tonumber(ARGV[7])
        if #ARGV ~= 8 + (#KEYS - 6) + changes then
          return redis.error_reply('ERR a commit of ' .. #KEYS .. ' keys came with ' .. #ARGV .. ' arguments')
        end
        if changes > 0 then redis.call('ZCARD', KEYS[5]) end
        if ARGV[8] == '1' then redis.call('SET', KEYS[6], cmsgpack.pack({KEYS, ARGV})) end
        apply(KEYS, ARGV)
        return 1
        """);

    /// <summary>
    /// KEYS as above, six of them; ARGV 1 holder, 2 start offset. Answers epoch, offset, task record. Redis logs a script's writes
    /// as one transaction; Garnet logs them one by one, so a crash can tear a commit apart. There each commit is first written
    /// as one journal entry, and whoever acquires finishes the last: its values are absolute, so finishing twice is harmless.
    /// </summary>
    public static readonly ServerScript Acquire = new(Apply + """
        local journal = redis.call('GET', KEYS[6])
        if journal then
          local commit = cmsgpack.unpack(journal)
          if redis.call('GET', KEYS[3]) == commit[2][3] then apply(commit[1], commit[2]) end
        end
        local epoch = redis.call('INCR', KEYS[1])
        redis.call('SET', KEYS[2], ARGV[1])
        redis.call('SETNX', KEYS[3], ARGV[2])
        return {epoch, redis.call('GET', KEYS[3]), redis.call('GET', KEYS[4])}
        """);
}
