using MixModeler.Streaming.Cli;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Integration.Seeing;

public sealed class TopTextTests
{
    [Fact]
    public void Every_operator_has_a_line_with_units_that_people_read()
    {
        TopologyActivity activity = new()
        {
            Topology = "t",
            Versions = ["a", "b"],
            Engines = 2,
            Healthy = false,
            Problems = ["Kafka is away."],
            Lag = 12_345,
            Operators =
            [
                new("bots", "filter", 20_000, 19_000.4, 0.5, 12, 0, 0),
                new("spend-by-day", "window-aggregate", 19_000, 100, 0, 2_500, 1_200_000, 3 * 1_048_576),
            ],
        };

        string[] lines = TopologyTopCommand.Text(activity).Split('\n');

        Assert.Equal("t@a and b  2 engines  NOT HEALTHY", lines[0]);
        Assert.Contains("lag 12,345", lines[1], StringComparison.Ordinal);
        Assert.Equal("Kafka is away.", lines[2]);
        Assert.Equal(["NODE", "OPERATOR", "IN/S", "OUT/S", "ERRORS/S", "P99", "KEYS", "STATE"], Words(lines[4]));
        Assert.Equal(["bots", "filter", "20,000", "19,000", "0.5", "12", "µs", "0", "0", "B"], Words(lines[5]));
        Assert.Equal(["spend-by-day", "window-aggregate", "19,000", "100", "0.0", "2.5", "ms", "1,200,000", "3", "MiB"], Words(lines[6]));
        // The columns of both lines end at the same places.
        Assert.Equal(lines[5].Length, lines[6].Length);
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
