using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>`mixmodeler harmonize quarantine list`: groups, with what would help.</summary>
internal static class QuarantineListCommand
{
    public static Command Create()
    {
        Command command = new("list", """
            Group quarantined records by dataset, field and value, with a suggestion for each group.

            Example:  mixmodeler harmonize quarantine list --topology topology.yaml
            """)
        {
            QuarantineCommand.Topology, QuarantineCommand.Kafka, QuarantineCommand.KafkaProperties, QuarantineCommand.Dataset,
            QuarantineCommand.Field, QuarantineCommand.Value, QuarantineCommand.Json,
        };
        command.SetAction((parsed, stop) => Task.FromResult(List(parsed, stop)));
        return command;
    }

    internal static string TimeOf(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static int List(ParseResult parsed, CancellationToken stop)
    {
        TopologyPlan plan = Settings.LoadTopology(parsed.GetValue(QuarantineCommand.Topology)!);
        QuarantineGroups groups = QuarantineCommand.Gather(parsed, plan, stop);
        (QuarantineGroup Group, MappingChange? Change, string WhyNot)[] all =
        [
            .. groups.All
                .Select(group => (Group: group, Suggestion: QuarantineCommand.Suggest(plan, group)))
                .Select(one => (one.Group, one.Suggestion.Change, one.Suggestion.WhyNot)),
        ];
        if (parsed.GetValue(QuarantineCommand.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    groups = all.Select(one => new
                    {
                        reason = one.Group.Reason,
                        dataset = one.Group.Dataset,
                        field = one.Group.Field,
                        path = one.Group.Path,
                        value = one.Group.IsDrift ? null : one.Group.Value,
                        medianRatio = one.Group.MedianRatio,
                        count = one.Group.Count,
                        first = TimeOf(one.Group.FirstMs),
                        last = TimeOf(one.Group.LastMs),
                        firstDate = one.Group.FirstDate,
                        example = one.Group.Example.ToString(),
                        suggestion = one.Change?.Sentence,
                        mapping = one.Change?.Mapping,
                        note = one.Change is null ? one.WhyNot : null,
                    }),
                    ungrouped = groups.Ungrouped,
                },
                JsonSerializerOptions.Web));
            return ExitCode.Done;
        }

        foreach ((QuarantineGroup group, MappingChange? change, string whyNot) in all)
        {
            string what = group.IsDrift ? string.Create(CultureInfo.InvariantCulture, $"ratio {group.MedianRatio:R}") : $"'{group.Value}'";
            string place = $"{group.Dataset}  {group.Field}  {what}  {group.Reason}, since {TimeOf(group.FirstMs)}, e.g. {group.Example}";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{group.Count,8:N0}  {place}"));
            Console.WriteLine($"          {change?.Sentence ?? whyNot}");
        }

        Console.WriteLine(all.Length == 0
            ? "Nothing is in quarantine."
            : $"{all.Length} group{(all.Length == 1 ? "" : "s")}; 'quarantine patch' writes the suggestions into the topology.");
        return ExitCode.Done;
    }
}
