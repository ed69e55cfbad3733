using System.CommandLine;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler deadletter show PARTITION:OFFSET`.</summary>
internal static class DeadLetterShowCommand
{
    private static readonly Argument<string> Id = new("PARTITION:OFFSET") { Description = "Place of the dead letter, as `deadletter list` prints it." };
    private static readonly Option<string> Topology = Settings.Topology();
    private static readonly Option<string> Kafka = Settings.Kafka();
    private static readonly Option<string[]> KafkaProperties = Settings.KafkaProperties();
    private static readonly Option<bool> Raw = new("--raw") { Description = "Do not mask personal data." };
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("show", """
            Show a dead letter: why, where it stood, what it holds, and where in it the fault is.

            Example:  mixmodeler deadletter show 0:17
            """) { Id, Topology, Kafka, KafkaProperties, Raw, Json };
        command.SetAction((parsed, stop) => Task.FromResult(Show(parsed, stop)));
        return command;
    }

    /// <summary>The place, or the end of the command.</summary>
    internal static DeadLetterId IdOf(string text) => DeadLetterId.TryParse(text, out DeadLetterId id)
        ? id
        : throw new CommandException(ExitCode.Usage, $"'{text}' is not PARTITION:OFFSET, such as 0:17.");

    private static int Show(ParseResult parsed, CancellationToken stop)
    {
        DeadLetterId id = IdOf(parsed.GetValue(Id)!);
        TopologyPlan plan = Settings.LoadTopology(parsed.GetValue(Topology)!);
        bool raw = parsed.GetValue(Raw);
        using LogReader reader = new(Settings.KafkaOf(parsed.GetValue(Kafka)!, parsed.GetValue(KafkaProperties), "mixmodeler-deadletter"));
        DeadLetterLog log = new(reader, plan.Topics);
        StoredDeadLetter letter = log.Find(id, stop)
            ?? throw new CommandException(ExitCode.Failed, $"No dead letter stands at {id} of {plan.Topics.DeadLetter}.");
        ReadOnlyMemory<byte>? whole = log.WholeValue(letter.Letter, stop);
        ReadOnlyMemory<byte> value = whole ?? letter.Letter.Bytes;
        string key = Encoding.UTF8.GetString(letter.Key.Span);
        Mask mask = raw ? new Mask([]) : Mask.Of(plan, key);
        string? fault = FaultPlace.Find(letter.Letter.Reason, value.Span, plan, mask);
        (string form, string text) = DeadLetterText.Of(value, mask, raw);
        key = raw || key.Length == 0 ? key : Mask.Text(key);
        string? cut = whole is null ? $"only the first {value.Length} of {letter.Letter.BytesCutFrom} bytes: the origin no longer holds the rest" : null;
        string origin = $"{letter.Letter.Topic}/{letter.Letter.Partition}@{letter.Letter.Offset}";
        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    id = id.ToString(),
                    reason = letter.Letter.Reason,
                    detail = letter.Letter.Detail,
                    fault,
                    origin,
                    timestampMs = letter.Letter.TimestampMs,
                    key,
                    replay = letter.Replay,
                    predecessor = letter.Predecessor?.ToString(),
                    attempts = letter.Attempts,
                    bytes = value.Length,
                    cut,
                    form,
                    masked = !raw,
                    record = text,
                },
                JsonSerializerOptions.Web));
            return ExitCode.Done;
        }

        Console.WriteLine($"{id}  {letter.Letter.Reason}: {letter.Letter.Detail}");
        Tell("fault", fault);
        Tell("origin", origin);
        Tell("key", key);
        Tell("replayed", letter.Replay is { } entry ? $"{entry.State} by {entry.By}, to {entry.Topic}/{entry.Partition}@{entry.Offset}" : null);
        Tell("before", letter.Predecessor is { } before ? $"the replay of {before} was refused again (attempt {letter.Attempts})" : null);
        Tell("cut", cut);
        Console.WriteLine(text);
        return ExitCode.Done;
    }

    private static void Tell(string what, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            Console.WriteLine($"{what,-9}{text}");
        }
    }
}
