using MixModeler.Streaming.State;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.State;

public class VisitorTableTests
{
    private static Hash128 Visitor(int n) => Hash128.Of(BitConverter.GetBytes(n));

    [Fact]
    public void It_agrees_with_a_dictionary_under_random_adding_and_evicting()
    {
        const int Seed = 7;
        Random random = new(Seed);
        VisitorTable table = new(rowWords: 3);
        Dictionary<int, long> expected = [];
        for (int round = 0; round < 60_000; round++)
        {
            int n = random.Next(4_000);
            int slot = table.Find(Visitor(n));
            Assert.Equal(expected.TryGetValue(n, out long value), slot >= 0);
            if (slot < 0)
            {
                slot = table.Add(Visitor(n));
                table.Memory(slot).Id = BitConverter.GetBytes(n);
                Assert.Equal(0, table.Row(slot)[2]);
            }
            else
            {
                Assert.Equal(value, table.Row(slot)[2]);
            }

            table.Row(slot)[2] = round;
            expected[n] = round;
            if (round % 997 == 0)
            {
                table.EvictTo(1_000);
                Assert.True(table.Count <= 1_000, $"seed {Seed}");
                expected = expected.Where(e => Holds(table, e.Key)).ToDictionary();
                Assert.Equal(table.Count, expected.Count);
            }
        }
    }

    [Fact]
    public void A_visitor_with_uncommitted_changes_is_never_evicted()
    {
        VisitorTable table = new(rowWords: 1);
        for (int n = 0; n < 100; n++)
        {
            table.Memory(table.Add(Visitor(n))).Dirty = n % 2 == 0;
        }

        table.EvictTo(0);
        Assert.Equal(50, table.Count);
        Assert.All(Enumerable.Range(0, 50), n => Assert.True(Holds(table, n * 2)));
    }

    [Fact]
    public void A_visitor_asked_for_lately_outlives_one_that_was_not()
    {
        VisitorTable table = new(rowWords: 1);
        for (int n = 0; n < 100; n++)
        {
            table.Memory(table.Add(Visitor(n)));
        }

        table.EvictTo(99);   // The first sweep uses up everybody's second chance.
        for (int n = 50; n < 99; n++)
        {
            Holds(table, n);
        }

        table.EvictTo(50);
        Assert.All(Enumerable.Range(50, 49), n => Assert.True(Holds(table, n)));
    }

    private static bool Holds(VisitorTable table, int n) => table.Find(Visitor(n)) >= 0;
}
