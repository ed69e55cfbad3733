using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Generate;

/// <summary>What a generator has handed out so far.</summary>
public sealed record GeneratorTotals
{
    public int Users { get; set; }

    public ulong Seed { get; set; }

    /// <summary>Everything handed out: events, duplicates and malformed records.</summary>
    public long Records { get; set; }

    public long Bytes { get; set; }

    /// <summary>Distinct good events, late ones included.</summary>
    public long Events { get; set; }

    public long Late { get; set; }

    public long TooLate { get; set; }

    public long Duplicates { get; set; }

    public long Malformed { get; set; }

    /// <summary>Visitors who filled the form out; nobody does so twice.</summary>
    public long Subscribers { get; set; }

    /// <summary>Null before the first event.</summary>
    public long? FirstEventMs { get; set; }

    public long? LastEventMs { get; set; }

    /// <summary>Distinct good events by `eventType`.</summary>
    public SortedDictionary<string, long> EventsByType { get; set; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> MalformedByFlaw { get; set; } = new(StringComparer.Ordinal);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(GeneratorTotals))]
public sealed partial class GeneratorTotalsJson : JsonSerializerContext;
