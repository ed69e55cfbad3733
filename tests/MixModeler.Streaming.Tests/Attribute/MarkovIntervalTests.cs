using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Tests.Attribute;

public class MarkovIntervalTests
{
    [Fact]
    public void Ninety_percent_intervals_hold_the_truth_about_ninety_times_of_a_hundred()
    {
        // 60 sets of 400 journeys of a chain that is known; every interval of every channel is one trial.
        const int Sets = 60;
        Random random = new(11);
        double[] truth = Shares(Draw(random, 2_000_000));
        int held = 0;
        for (int set = 0; set < Sets; set++)
        {
            MarkovCounts counts = Draw(random, 400);
            (CreditInterval[] intervals, _) = MarkovIntervals.Of(counts, 3, (ulong)set, draws: 200);
            for (int channel = 0; channel < 3; channel++)
            {
                double expected = truth[channel] * counts.Conversions;
                held += intervals[channel].Low <= expected && expected <= intervals[channel].High ? 1 : 0;
            }
        }

        // Binomial with 180 trials that hang together by threes: three standard deviations are about 0.11.
        Assert.InRange(held / (3.0 * Sets), 0.79, 1);
    }

    [Fact]
    public void The_same_seed_gives_the_same_intervals_and_more_journeys_narrower_ones()
    {
        MarkovCounts few = Draw(new Random(3), 300);
        MarkovCounts many = Draw(new Random(3), 30_000);

        Assert.Equal(MarkovIntervals.Of(few, 3, 5, 50).Conversions, MarkovIntervals.Of(few, 3, 5, 50).Conversions);
        Assert.NotEqual(MarkovIntervals.Of(few, 3, 5, 50).Conversions, MarkovIntervals.Of(few, 3, 6, 50).Conversions);
        Assert.InRange(Width(many) / Width(few), 0.03, 0.3);

        static double Width(MarkovCounts counts)
        {
            CreditInterval interval = MarkovIntervals.Of(counts, 3, 1).Conversions[0];
            return (interval.High - interval.Low) / counts.Conversions;
        }
    }

    private static double[] Shares(MarkovCounts counts)
    {
        MarkovCredit credit = new MarkovSolver().Solve(counts, 3);
        return [.. credit.Conversions.Select(conversions => conversions / counts.Conversions)];
    }

    private static MarkovCounts Draw(Random random, int journeys)
    {
        MarkovCounts counts = new(1, collapse: false);
        Span<int> path = stackalloc int[200];
        double[] chances = [0.10, 0.25, 0.05];
        for (int i = 0; i < journeys; i++)
        {
            int length = 0;
            path[length++] = random.Next(3) == 0 ? 1 : 0;
            bool converts;
            while (true)
            {
                int at = path[length - 1];
                double draw = random.NextDouble();
                converts = draw < chances[at];
                if (converts || draw > 0.6 || length == path.Length)
                {
                    break;
                }

                path[length++] = (at + 1 + random.Next(2)) % 3;
            }

            counts.Add(path[..length], converts ? 1 : 0, 0, converts ? 0 : 1);
        }

        return counts;
    }
}
