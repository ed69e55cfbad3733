using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

/// <summary>Everything that a test file may say.</summary>
internal static class RehearsalLanguage
{
    public const int EventsMax = 100_000;
    public static readonly string[] Kinds = ["crash", "crash-after-commit", "duplicate-delivery"];
    private static readonly TimeSpan SpanMax = TimeSpan.FromDays(3_650);

    public static Shape Event { get; } = Shape.Map(
        new("at", Shape.Text, "When the record arrives: +5m after the start, or a date-time; the time of the record before where nothing is said."),
        new("value", Shape.Anything, "The event; _id and timestamp are filled in where it has none."),
        new("raw", Shape.Text, "In place of 'value': the record's text as it is, whatever it is."),
        new("file", Shape.Text, "In place of 'value': a file beside the test, one record a line, each arriving at its timestamp; with 'dataset' a table with a header."),
        new("topic", Shape.Name("-_"), "The topic without its prefix, e.g. summary; that of the events where nothing is said."),
        new("key", Shape.Text, "The record's key, e.g. that of a row to delete."),
        new("dataset", Shape.Name("-_"), "With 'file': the dataset whose rows the table has."),
        new("advance", Shape.Span(TimeSpan.Zero, SpanMax), "In place of 'value': no record, but time goes by."));

    public static Shape Failure { get; } = Shape.Map(
        new("after", Shape.Count(1, EventsMax), "The number of the event, from 1.") { Default = 0 },
        new("every", Shape.Word("commit", "event"), "In place of 'after': again and again."),
        new("kind", Shape.Word(Kinds), "What goes wrong.") { Required = true });

    public static Shape Decision { get; } = Shape.Map(
        new("visitor", Shape.Text, "Who asks.") { Required = true },
        new("scope", Shape.Text, "The place on the page.") { Required = true },
        new("attributes", Shape.Anything, "Of the request, by name."),
        new("show", Shape.Anything, "The experience."),
        new("rule", Shape.Anything, "The rule that decided."),
        new("score", Shape.Anything, "The score it decided by."));

    public static Shape Grid { get; } = Shape.Map(
        new("columns", Shape.Text, "Columns, separated by commas; all that are mapped where nothing is said."),
        new("filter", Shape.Text, "Which rows, e.g. channel=TV."),
        new("from", Shape.Text, "The first date."),
        new("to", Shape.Text, "The last date."),
        new("grain", Shape.Text, "Daily, Weekly, Monthly, Quarterly, Yearly, finest or coarsest."),
        new("sort", Shape.Text, "Columns to sort by, a descending one with a minus in front."),
        new("drafts", Shape.Word("true", "false"), "Whether draft datasets count.") { Default = "false" },
        new("file", Shape.Text, "A CSV file beside the test with the whole view; --accept writes it anew."),
        new("rows", Shape.Anything, "In place of 'file': all rows, of each the columns that matter."));

    public static Shape Insight { get; } = Shape.Map(
        new("mix", Shape.Name("-_"), "A mix of the topology; in place of 'attribution'."),
        new("attribution", Shape.Name("-_"), "An attribution of the topology; of 'consistency' the one that the mix is held against."),
        new("ask", Shape.Text, "The question, as 'insights' takes it, e.g. channels.") { Required = true },
        new("from", Shape.Text, "The first date."),
        new("to", Shape.Text, "The last date."),
        new("channels", Shape.Text, "Which channels, separated by commas."),
        new("top", Shape.Text, "Rows of a list of the largest."),
        new("measure", Shape.Word("conversions", "value"), "What credits count in."),
        new("falseAlarmEvery", Shape.Text, "Of drift: periods in which one alarm may come without any."),
        new("answer", Shape.Anything, "Facts and tables as the command prints them in JSON, of each the members that matter.") { Required = true });

    public static Shape Expect { get; } = Shape.Map(
        new("exactly", Shape.Word("true", "false"), "The topics of 'records' have these records and no others.") { Default = "false" },
        new("records", Shape.Anything, "By topic: records in their order; of each the members that matter."),
        new("counts", Shape.Anything, "By topic: how many records."),
        new("state", Shape.Anything, "By visitor, or LANE/KEY behind a key-by: features, pending, eventIds, newest, keeps."),
        new("audiences", Shape.Anything, "By audience: who is in it at the end."),
        new("harmonized", Shape.List(Grid, "views, e.g. { grain: Weekly, file: weekly.csv }"), "What stands in the harmonized table at the end."),
        new("insights", Shape.List(Insight, "questions, e.g. { mix: sales, ask: channels, answer: … }", 100), "What models answer at the end."),
        new("decisions", Shape.List(Decision, "decisions, e.g. { visitor: a, scope: home-hero, show: welcome }"), "What is shown at the end."));

    public static Shape Root { get; } = Shape.Map(
        new("test", Shape.Text, "What is true of the topology, as a sentence.") { Required = true },
        new("environment", Shape.Name("-_"), "The environment it is true in."),
        new("start", Shape.Text, "When it begins, e.g. 2026-09-01T00:00:00Z.") { Required = true },
        new("events", Shape.List(Event, "events, e.g. - { at: +5m, value: { eventType: click } }", EventsMax), "What arrives, in order.") { Required = true },
        new("advance", Shape.Span(TimeSpan.Zero, SpanMax), "How much time goes by after the last event."),
        new("profiles", Shape.Anything, "By topology and visitor: profiles that 'enrich' finds."),
        new("failures", Shape.List(Failure, "failure points, e.g. - { after: 3, kind: crash }", 100), "Where tasks die and records come twice."),
        new("expect", Expect, "What comes out, and what is kept.") { Required = true });
}
