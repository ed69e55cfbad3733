using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Tests.Attribute;

public class TouchRuleTests
{
    [Theory]
    [InlineData(TouchRule.First, new[] { 1.0 }, new[] { 1.0, 0 }, new[] { 1.0, 0, 0, 0 })]
    [InlineData(TouchRule.Last, new[] { 1.0 }, new[] { 0, 1.0 }, new[] { 0, 0, 0, 1.0 })]
    [InlineData(TouchRule.Linear, new[] { 1.0 }, new[] { 0.5, 0.5 }, new[] { 0.25, 0.25, 0.25, 0.25 })]
    [InlineData(TouchRule.Position, new[] { 1.0 }, new[] { 0.5, 0.5 }, new[] { 0.4, 0.1, 0.1, 0.4 })]
    public void Rules_share_paths_of_one_two_and_four_touches(TouchRule rule, double[] one, double[] two, double[] four)
    {
        foreach (double[] expected in (double[][])[one, two, four])
        {
            double[] shares = new double[expected.Length];
            TouchRules.Share(rule, shares);
            Assert.Equal(expected, shares, (a, b) => Math.Abs(a - b) < 1e-15);
        }
    }

    [Fact]
    public void Decay_halves_with_every_half_life_and_takes_no_notice_of_when_the_path_was()
    {
        double[] shares = new double[3];
        TouchRules.ShareByAge([14, 7, 0], 7, shares);
        Assert.Equal([1.0 / 7, 2.0 / 7, 4.0 / 7], shares, (a, b) => Math.Abs(a - b) < 1e-15);

        double[] old = new double[3];
        TouchRules.ShareByAge([100_014, 100_007, 100_000], 7, old);
        Assert.Equal(shares, old);

        TouchRules.ShareBySteps(1, old);
        Assert.Equal(shares, old, (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Fact]
    public void A_path_without_touches_and_a_half_life_of_nothing_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TouchRules.Share(TouchRule.First, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => TouchRules.ShareByAge([1], 0, new double[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => TouchRules.Share(TouchRule.Decay, new double[1]));
    }
}
