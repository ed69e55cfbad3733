using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Tests.Attribute;

public class StepScoreTests
{
    [Fact]
    public void Journeys_that_remember_one_touch_get_order_1_and_those_that_remember_two_get_order_2()
    {
        Assert.Equal(1, Score(Journeys(new Random(1), memory: 1)).Choose());
        Assert.Equal(2, Score(Journeys(new Random(2), memory: 2)).Choose());
        Assert.Equal(3, Score(Journeys(new Random(3), memory: 3)).Choose());
    }

    [Fact]
    public void A_step_is_foretold_without_itself()
    {
        // Twice A and then a conversion. Symbols are A and converted. From the start A was seen once beside itself, so
        // p_0(A) = (2 - 1 + 1/2) / (4 - 1 + 1) and p_1(A) = (2 - 1 + p_0) / (2 - 1 + 1); the same for the conversion.
        StepScore score = new();
        score.Add([0], 2, 0);
        double lower = 1.5 / 4;
        double step = Math.Log((1 + lower) / 2);

        Assert.Equal(step, score.Qualities()[0].NatsPerStep, 1e-12);
    }

    [Fact]
    public void Journeys_that_are_taken_back_leave_nothing_and_order_of_arrival_does_not_matter()
    {
        List<int[]> journeys = Journeys(new Random(4), memory: 2);
        StepScore straight = Score(journeys[..500]);
        StepScore score = new();
        foreach (int[] journey in Enumerable.Reverse(journeys))
        {
            score.Add(journey, 1, 1);
        }

        foreach (int[] journey in journeys[500..])
        {
            score.Remove(journey, 1, 1);
        }

        foreach ((OrderQuality expected, OrderQuality quality) in straight.Qualities().Zip(score.Qualities()))
        {
            Assert.Equal(expected.NatsPerStep, quality.NatsPerStep, 1e-12);
        }
    }

    private static StepScore Score(List<int[]> journeys)
    {
        StepScore score = new();
        journeys.ForEach(journey => score.Add(journey, 1, 1));
        return score;
    }

    // The next channel hangs on the sum of the last touches, the end on nothing.
    private static List<int[]> Journeys(Random random, int memory)
    {
        List<int[]> journeys = [];
        for (int i = 0; i < 3_000; i++)
        {
            List<int> path = [random.Next(4)];
            while (random.Next(6) > 0)
            {
                int sum = path.TakeLast(memory).Sum();
                int next = random.Next(5) == 0 ? random.Next(4) : (sum + 1) % 4;
                path.Add(next == path[^1] ? (next + 1) % 4 : next);
            }

            journeys.Add([.. path]);
        }

        return journeys;
    }
}
