using MixModeler.Streaming.State;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.State;

public class EventIdSetTests
{
    [Theory]
    [InlineData(20)]
    [InlineData(400)]
    public void It_is_exact_within_the_horizon_and_packs_the_same_however_often_it_was_reloaded(int idsPerHorizon)
    {
        const int Seed = 11;
        Random random = new(Seed);
        EventIdSet kept = new();
        EventIdSet reloaded = new();
        Dictionary<Hash128, long> known = [];
        List<(Hash128 Id, long Ms)> sent = [];
        for (int round = 0; round < 5_000; round++)
        {
            long nowMs = 1_000_000 + round * 10;
            long limitMs = nowMs - idsPerHorizon * 10;
            bool repeat = sent.Count > 0 && random.Next(3) == 0;
            (Hash128 id, long ms) = repeat
                ? sent[^random.Next(1, Math.Min(sent.Count, idsPerHorizon * 2) + 1)]
                : (Hash128.Of(BitConverter.GetBytes(round)), nowMs);
            bool duplicate = known.TryGetValue(id, out long seenMs) && seenMs >= limitMs;
            Assert.Equal(!duplicate, kept.TryAdd(id, ms, limitMs));
            Assert.Equal(!duplicate, reloaded.TryAdd(id, ms, limitMs));
            if (!duplicate)
            {
                known[id] = ms;
                sent.Add((id, ms));
            }

            if (random.Next(10) == 0)
            {
                PackedWriter packed = Packed(reloaded);
                Assert.True(packed.Written.SequenceEqual(Packed(kept).Written), $"seed {Seed}, round {round}");
                PackedReader reader = new(packed.Written);
                reloaded = new EventIdSet();
                reloaded.Unpack(ref reader);
                Assert.Equal(0, reader.Remaining);
            }
        }
    }

    private static PackedWriter Packed(EventIdSet set)
    {
        PackedWriter writer = new();
        set.Pack(writer);
        return writer;
    }
}
