using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Operate;

namespace MixModeler.Streaming.Tests.Operate;

/// <summary>A control log in memory, of one topology.</summary>
internal sealed class LogBook
{
    public const string Name = "t";

    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    // After every number of records, so that many can look at different prefixes.
    private readonly List<TopologyState> states = [new() { Name = Name }];

    public List<(long Offset, ControlEntry Entry)> Records { get; } = [];

    public long End => Records.Count == 0 ? 0 : Records[^1].Offset + 1;

    public TopologyState State => states[^1];

    /// <summary>As somebody sees it who has read so many records.</summary>
    public TopologyState StateAfter(int records) => states[records];

    public void Add(ControlEntry entry)
    {
        Records.Add((End, entry));
        states.Add(ControlLog.Fold(states[^1], Records[^1].Offset, entry.Key, entry.Value, out _));
    }

    public void Start(string version)
    {
        AddVersion(version);
        Add(ControlEntry.Of(Name, $"start-{version}-{End}", new ChangeRequest { Kind = ChangeKind.Start, To = version, At = Noon }));
    }

    public void AddVersion(string version) => Add(ControlEntry.Of(Name, version, new VersionRecord { Text = $"text of {version}", At = Noon }));

    public void Ask(string id, string from, string to, bool shadow = false, long? after = null, int partitions = 2) => Add(ControlEntry.Of(
        Name,
        id,
        new ChangeRequest { Kind = ChangeKind.Apply, From = from, To = to, Shadow = shadow, After = after, Partitions = partitions, At = Noon }));

    public void Decide(string id, string nonce, ChangeVerdict verdict, string? reason = null) =>
        Add(ControlEntry.Of(Name, id, nonce, new ChangeDecision { Verdict = verdict, Reason = reason, By = nonce, At = Noon }));

    public void Close(string id, string nonce) => Add(ControlEntry.Of(Name, id, nonce, new ChangeClosed { At = Noon }));

    /// <summary>What compaction leaves: the newest record of every key, at its place.</summary>
    public IEnumerable<(long Offset, ControlEntry Entry)> Compacted =>
        Records.GroupBy(record => record.Entry.Key).Select(same => same.Last()).OrderBy(record => record.Offset);

    public static TopologyState Fold(IEnumerable<(long Offset, ControlEntry Entry)> records)
    {
        TopologyState state = new() { Name = Name };
        foreach ((long offset, ControlEntry entry) in records)
        {
            state = ControlLog.Fold(state, offset, entry.Key, entry.Value, out _);
        }

        return state;
    }

    /// <summary>Everything that a state tells, as text.</summary>
    public static string Shown(TopologyState state)
    {
        StringBuilder text = new();
        text.AppendLine(JsonSerializer.Serialize(ControlView.Of(state, "e")));
        text.AppendLine(JsonSerializer.Serialize(ControlView.VersionsOf(state)));
        text.AppendLine(JsonSerializer.Serialize(ControlView.HistoryOf(state)));
        return text.ToString();
    }
}
