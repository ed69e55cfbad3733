namespace MixModeler.Streaming.Cli.Demo;

/// <summary>How a demo runs.</summary>
internal sealed record DemoOptions
{
    /// <summary>How long events are sent.</summary>
    public int Seconds { get; set; }

    /// <summary>Records per second that the generator sends.</summary>
    public double Rate { get; set; } = 5_000;

    /// <summary>Decisions per second that the demo asks of the edge.</summary>
    public double DecisionRate { get; set; } = 200;

    public bool Json { get; set; }

    public required string Topology { get; set; }

    public int Partitions { get; set; } = 16;

    public ulong Seed { get; set; } = 1;

    /// <summary>The generator makes some 10.4 events a visitor.</summary>
    public int Users => Math.Max(200, (int)Math.Ceiling(Rate * Seconds / 10.4));
}
