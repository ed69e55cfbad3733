using System.Text.Json;
using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Explain;

/// <summary>One entry of the topic of replays; its key is the refused record's <see cref="DeadLetterRecord.RecordName"/>.</summary>
public sealed record ReplayEntry
{
    public const string Claimed = "claimed";
    public const string Sent = "sent";

    /// <summary>"claimed" before the record is sent, "sent" after a broker has it.</summary>
    public string State { get; set; } = "";

    /// <summary>The dead letter that was replayed: its place, `PARTITION:OFFSET`.</summary>
    public string DeadLetter { get; set; } = "";

    /// <summary>Who wrote it: one unique word per run of the command.</summary>
    public string Claim { get; set; } = "";

    /// <summary>For people: machine and process.</summary>
    public string By { get; set; } = "";

    public long AtMs { get; set; }

    /// <summary>The claimant sends nothing later than this after its claim.</summary>
    public long LeaseMs { get; set; }

    /// <summary>Offset, on the topic of replays, of the lapsed claim that this one takes over; -1 for a first claim.</summary>
    public long Follows { get; set; } = -1;

    /// <summary>Where the record goes.</summary>
    public string Topic { get; set; } = "";

    public int Partition { get; set; }

    /// <summary>Where that partition ended before anybody's send: a copy can only stand at or after it.</summary>
    public long TailOffset { get; set; }

    /// <summary>How often this record has been replayed, this time included.</summary>
    public int Attempt { get; set; } = 1;

    /// <summary>Where the record stands now, for "sent"; else -1.</summary>
    public long Offset { get; set; } = -1;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, ReplayJson.Default.ReplayEntry);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReplayEntry))]
internal sealed partial class ReplayJson : JsonSerializerContext;
