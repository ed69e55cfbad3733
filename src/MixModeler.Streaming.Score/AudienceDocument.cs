namespace MixModeler.Streaming.Score;

/// <summary>Visitors for whom an expression over features and score holds.</summary>
public sealed record AudienceDocument
{
    public string Name { get; set; } = "";

    public string When { get; set; } = "";
}
