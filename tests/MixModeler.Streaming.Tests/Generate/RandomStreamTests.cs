using MixModeler.Streaming.Generate;

namespace MixModeler.Streaming.Tests.Generate;

public sealed class RandomStreamTests
{
    [Fact]
    public void The_portable_logarithm_agrees_with_the_library_s()
    {
        RandomStream random = new(1, 2, 3);
        for (int i = 0; i < 100_000; i++)
        {
            double x = 1 - random.Unit();
            Assert.Equal(Math.Log(x), PortableMath.Ln(x), 1e-15 * Math.Max(1, Math.Abs(Math.Log(x))));
        }

        Assert.Equal(0, PortableMath.Ln(1));
        Assert.Equal(Math.Log(double.Epsilon * (1L << 52)), PortableMath.Ln(double.Epsilon * (1L << 52)), 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(20)]
    public void The_portable_exponential_agrees_with_the_library_s(double x)
    {
        Assert.Equal(1, PortableMath.ExpOfMinus(x) / Math.Exp(-x), 1e-14);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(2)]
    [InlineData(5)]
    public void Poisson_numbers_have_their_mean_as_mean_and_as_variance(double mean)
    {
        const int Draws = 200_000;
        RandomStream random = new(11, 1, 1);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < Draws; i++)
        {
            int count = random.Poisson(mean);
            sum += count;
            squares += (double)count * count;
        }

        double error = Math.Sqrt(mean / Draws);
        Assert.Equal(mean, sum / Draws, 4 * error);
        // The variance of the sample variance is (μ + 2μ²)/n.
        Assert.Equal(mean, squares / Draws - sum / Draws * (sum / Draws), 4 * Math.Sqrt((mean + 2 * mean * mean) / Draws));
    }

    [Fact]
    public void Exponential_numbers_have_their_mean_and_their_tail()
    {
        const int Draws = 200_000;
        RandomStream random = new(12, 1, 1);
        double sum = 0;
        int beyondThreeMeans = 0;
        for (int i = 0; i < Draws; i++)
        {
            double delay = random.Exponential(24);
            sum += delay;
            beyondThreeMeans += delay > 72 ? 1 : 0;
        }

        Assert.Equal(24, sum / Draws, 4 * 24 / Math.Sqrt(Draws));
        Assert.Equal(Math.Exp(-3), (double)beyondThreeMeans / Draws, 4 * Math.Sqrt(Math.Exp(-3) / Draws));
    }

    [Fact]
    public void Streams_of_neighbouring_coordinates_share_nothing()
    {
        HashSet<ulong> seen = [];
        for (ulong seed = 0; seed < 10; seed++)
        {
            for (ulong first = 0; first < 10; first++)
            {
                for (ulong second = 0; second < 10; second++)
                {
                    RandomStream random = new(seed, first, second);
                    Assert.True(seen.Add(random.Next()) && seen.Add(random.Next()));
                }
            }
        }
    }

    [Fact]
    public void Numbers_below_a_limit_reach_every_value_evenly()
    {
        RandomStream random = new(13, 0, 0);
        int[] counts = new int[10];
        for (int i = 0; i < 100_000; i++)
        {
            counts[random.Below(10)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
        Assert.InRange(random.Below(6_048_000_000L), 0, 6_047_999_999L);
    }
}
