namespace MixModeler.Streaming.Attribute;

/// <summary>Journeys of the same sequence of touches, counted together.</summary>
/// <param name="Channels">One id per touch, in order of time; at least one.</param>
/// <param name="Conversions">Journeys that ended in a conversion.</param>
/// <param name="Value">What those conversions were worth together.</param>
/// <param name="Nulls">Journeys that ended without one.</param>
public sealed record PathRow(int[] Channels, double Conversions, double Value, double Nulls);

/// <summary>A set of counted journeys and the names of their channels.</summary>
public sealed class PathTable
{
    private readonly List<PathRow> rows = [];

    public ChannelNames Channels { get; } = new();

    public IReadOnlyList<PathRow> Rows => rows;

    public double Conversions { get; private set; }

    public double Value { get; private set; }

    public double Nulls { get; private set; }

    public void Add(PathRow row)
    {
        rows.Add(row);
        Conversions += row.Conversions;
        Value += row.Value;
        Nulls += row.Nulls;
    }
}
