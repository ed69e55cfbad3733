using System.Globalization;
using System.Text;

namespace MixModeler.Streaming.Operate;

/// <summary>
/// Names a record of the control log. Compaction keeps the newest record of every key, so whatever the order of records decides
/// has a key that is written once; only what may be replaced by something newer shares a key.
/// </summary>
/// <param name="Topology">Name of the topology.</param>
/// <param name="Kind">What the record is.</param>
/// <param name="Subject">The version or the change.</param>
/// <param name="Part">The partition, or what makes a decision's key its own.</param>
public readonly record struct ControlKey(string Topology, ControlKeyKind Kind, string Subject = "", string Part = "")
{
    // Longer than any key of ours; what is longer is not worth decoding.
    private const int BytesMax = 512;

    /// <summary>The partition of a task's record.</summary>
    public int Partition => int.Parse(Part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    public static ControlKey OfVersion(string topology, string version) => new(topology, ControlKeyKind.Version, version);

    public static ControlKey OfRequest(string topology, string change) => new(topology, ControlKeyKind.Request, change);

    public static ControlKey OfRun(string topology) => new(topology, ControlKeyKind.Run);

    public static ControlKey OfDrained(string topology, int partition) =>
        new(topology, ControlKeyKind.Drained, "", partition.ToString(CultureInfo.InvariantCulture));

    /// <summary>A task may still fall back until it has switched, so switching has a key that nothing revocable replaces.</summary>
    public static ControlKey OfTask(string topology, string change, Topology.TaskStage stage, int partition) => new(
        topology,
        stage switch
        {
            Streaming.Topology.TaskStage.Switched => ControlKeyKind.Switched,
            Streaming.Topology.TaskStage.Migrated => ControlKeyKind.Migrated,
            _ => ControlKeyKind.Task,
        },
        change,
        partition.ToString(CultureInfo.InvariantCulture));

    /// <param name="topology">Name of the topology.</param>
    /// <param name="change">Which change.</param>
    /// <param name="nonce">Never used before: the first decision counts, so no later one may replace it in the log.</param>
    public static ControlKey OfDecision(string topology, string change, string nonce) => new(topology, ControlKeyKind.Decision, change, nonce);

    public static ControlKey OfClosed(string topology, string change, string nonce) => new(topology, ControlKeyKind.Closed, change, nonce);

    /// <summary>What one engine sees of a change in the shadow; its newest report counts.</summary>
    public static ControlKey OfDivergence(string topology, string change, string engine) => new(topology, ControlKeyKind.Divergence, change, engine);

    public static bool TryParse(ReadOnlySpan<byte> key, out ControlKey parsed)
    {
        parsed = default;
        if (key.IsEmpty || key.Length > BytesMax || !System.Text.Unicode.Utf8.IsValid(key))
        {
            return false;
        }

        string[] parts = Encoding.UTF8.GetString(key).Split('/');
        if (parts.Any(part => part.Length == 0))
        {
            return false;
        }

        ControlKey? known = parts switch
        {
            [var t] => new(t, ControlKeyKind.Decisions),
            [var t, "run"] => OfRun(t),
            [var t, "version", var v] => OfVersion(t, v),
            [var t, "drained", var p] => Numbered(t, ControlKeyKind.Drained, "", p),
            [var t, "change", var id, "request"] => OfRequest(t, id),
            [var t, "change", var id, "task", var p] => Numbered(t, ControlKeyKind.Task, id, p),
            [var t, "change", var id, "switched", var p] => Numbered(t, ControlKeyKind.Switched, id, p),
            [var t, "change", var id, "migrated", var p] => Numbered(t, ControlKeyKind.Migrated, id, p),
            [var t, "change", var id, "decision", var nonce] => OfDecision(t, id, nonce),
            [var t, "change", var id, "closed", var nonce] => OfClosed(t, id, nonce),
            [var t, "change", var id, "divergence", var engine] => OfDivergence(t, id, engine),
            _ => null,
        };
        parsed = known.GetValueOrDefault();
        return known is not null;
    }

    public override string ToString() => Kind switch
    {
        ControlKeyKind.Decisions => Topology,
        ControlKeyKind.Run => $"{Topology}/run",
        ControlKeyKind.Version => $"{Topology}/version/{Subject}",
        ControlKeyKind.Drained => $"{Topology}/drained/{Part}",
        ControlKeyKind.Request => $"{Topology}/change/{Subject}/request",
        ControlKeyKind.Task => $"{Topology}/change/{Subject}/task/{Part}",
        ControlKeyKind.Switched => $"{Topology}/change/{Subject}/switched/{Part}",
        ControlKeyKind.Migrated => $"{Topology}/change/{Subject}/migrated/{Part}",
        ControlKeyKind.Decision => $"{Topology}/change/{Subject}/decision/{Part}",
        ControlKeyKind.Closed => $"{Topology}/change/{Subject}/closed/{Part}",
        ControlKeyKind.Divergence => $"{Topology}/change/{Subject}/divergence/{Part}",
        _ => "",
    };

    private static ControlKey? Numbered(string topology, ControlKeyKind kind, string subject, string partition) =>
        int.TryParse(partition, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? new ControlKey(topology, kind, subject, number.ToString(CultureInfo.InvariantCulture))
            : null;
}

/// <summary>The kinds of records in the control log.</summary>
public enum ControlKeyKind
{
    /// <summary>The decision document that edges run; not part of the history.</summary>
    Decisions,

    Version,
    Request,

    /// <summary>How far a task has prepared; its newest report counts.</summary>
    Task,

    Switched,
    Migrated,
    Decision,
    Closed,
    Run,
    Drained,

    /// <summary>How two versions that run side by side differ at one engine.</summary>
    Divergence,
}
