using System.Collections.Immutable;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

/// <summary>A test file, read and checked.</summary>
internal sealed record RehearsalTest
{
    public required string Name { get; init; }

    public required Place Place { get; init; }

    /// <summary>Null for what the command says.</summary>
    public string? Environment { get; init; }

    public required DateTimeOffset Start { get; init; }

    public required ImmutableArray<RehearsalStep> Steps { get; init; }

    public ProfileFixtures Profiles { get; init; } = ProfileFixtures.None;

    public ImmutableArray<FailurePoint> Failures { get; init; } = [];

    /// <summary>As written: what was found is held against it.</summary>
    public required Expectations Expect { get; init; }
}

/// <summary>What happens next.</summary>
/// <param name="At">The time of it.</param>
/// <param name="Value">A record; null only moves the time on.</param>
internal sealed record RehearsalStep(DateTimeOffset At, byte[]? Value)
{
    /// <summary>The topic without its prefix; null for that of the events.</summary>
    public YamlNode? Topic { get; init; }

    public byte[] Key { get; init; } = [];

    /// <summary>In place of a record: the text of a table, whose rows are records of a dataset.</summary>
    public RehearsedTable? Table { get; init; }
}

/// <summary>A file of rows, read as `ingest` reads it once the dataset is known.</summary>
internal sealed record RehearsedTable(YamlNode Dataset, string File, string Text);

/// <summary>`expect`, section by section.</summary>
internal sealed record Expectations
{
    /// <summary>The listed topics have these records and no others.</summary>
    public bool Exactly { get; init; }

    public ImmutableArray<(YamlNode Topic, ImmutableArray<YamlNode> Records)> Records { get; init; } = [];

    public ImmutableArray<(YamlNode Topic, int Count)> Counts { get; init; } = [];

    /// <summary>By visitor.</summary>
    public ImmutableArray<(YamlNode Visitor, YamlNode State)> State { get; init; } = [];

    /// <summary>By audience.</summary>
    public ImmutableArray<(YamlNode Audience, ImmutableArray<YamlNode> Visitors)> Audiences { get; init; } = [];

    public ImmutableArray<ExpectedDecision> Decisions { get; init; } = [];

    public ImmutableArray<ExpectedGrid> Harmonized { get; init; } = [];

    public ImmutableArray<ExpectedInsight> Insights { get; init; } = [];

    public bool IsEmpty =>
        Harmonized.IsEmpty && Insights.IsEmpty && Records.IsEmpty && Counts.IsEmpty && State.IsEmpty && Audiences.IsEmpty && Decisions.IsEmpty;
}

/// <summary>A view of the harmonized table at the end of the test, and what it should be.</summary>
/// <param name="Node">The expectation.</param>
/// <param name="Query">The question, as REST and commands ask it.</param>
/// <param name="File">The file that has the view as CSV; null where the rows are written down.</param>
/// <param name="Rows">The rows, of each the columns that matter.</param>
internal sealed record ExpectedGrid(YamlNode Node, ImmutableDictionary<string, string> Query, YamlNode? File, ImmutableArray<YamlNode> Rows);

/// <summary>A question to a model at the end of the test, and what it should answer.</summary>
/// <param name="Node">The expectation.</param>
/// <param name="IsOfMix">Whether a mix is asked; else an attribution.</param>
/// <param name="Name">Of the model.</param>
/// <param name="Ask">The question.</param>
/// <param name="Query">Its words.</param>
/// <param name="Answer">Members of the answer's JSON that matter.</param>
internal sealed record ExpectedInsight(
    YamlNode Node, bool IsOfMix, string Name, string Ask, ImmutableDictionary<string, string> Query, YamlNode Answer);

/// <summary>What an edge should show somebody at the end of the test.</summary>
internal sealed record ExpectedDecision(string Visitor, YamlNode Scope, ImmutableArray<(string Name, string Value)> Attributes, YamlNode Answer);
