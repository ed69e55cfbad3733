using System.CommandLine;
using System.Globalization;
using System.Text;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler topology top`: what every operator does now, from two looks at the engines' status.</summary>
internal static class TopologyTopCommand
{
    private static readonly Option<string[]> Engines = new("--engine") { Description = "HOST:PORT of an engine's control port; may be repeated.", DefaultValueFactory = _ => ["127.0.0.1:7170"] };
    private static readonly Option<double> Every = new("--every") { Description = "Seconds between two looks.", DefaultValueFactory = _ => 2 };
    private static readonly Option<bool> Once = new("--once") { Description = "Two looks, one answer, for scripts." };
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("top", """
            Show live rates, lag, errors, p99 and state size of every operator.

            Example:  mixmodeler topology top --engine 127.0.0.1:7170 --once --json
            """) { Engines, Every, Once, Json };
        command.SetAction(ShowAsync);
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken stop)
    {
        string[] engines = parsed.GetValue(Engines)!;
        double every = parsed.GetValue(Every);
        if (!(every >= 0.1 && every <= 3_600))
        {
            throw new CommandException(ExitCode.Usage, $"--every: {every} is outside 0.1 to 3600 seconds.");
        }

        bool json = parsed.GetValue(Json);
        bool once = parsed.GetValue(Once) || json;
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(5) };
        using PeriodicTimer tick = new(TimeSpan.FromSeconds(every));
        StatusSample[] before = await LookAsync(http, engines, stop);
        long lookedAt = TimeProvider.System.GetTimestamp();
        try
        {
            while (await tick.WaitForNextTickAsync(stop))
            {
                StatusSample[] after = await LookAsync(http, engines, stop);
                long now = TimeProvider.System.GetTimestamp();
                TopologyActivity activity = TopologyActivity.Of(before, after, TimeProvider.System.GetElapsedTime(lookedAt, now));
                (before, lookedAt) = (after, now);
                if (once)
                {
                    Console.WriteLine(json ? activity.ToJson() : Text(activity));
                    return activity.Healthy ? ExitCode.Done : ExitCode.Failed;
                }

                // To the top and clear what was there; a file gets one table after another.
                Console.WriteLine(Console.IsOutputRedirected ? Text(activity) + "\n" : "\e[H\e[2J" + Text(activity));
            }
        }
        catch (OperationCanceledException) when (!once)
        {
            return ExitCode.Done;
        }

        return ExitCode.Done;
    }

    private static async Task<StatusSample[]> LookAsync(HttpClient http, string[] engines, CancellationToken stop) =>
        await Task.WhenAll(engines.Select(async engine =>
        {
            try
            {
                return StatusSample.Read(await http.GetStringAsync(new Uri($"http://{engine}/v1/status"), stop));
            }
            catch (Exception away) when (away is HttpRequestException or UriFormatException or InvalidDataException
                || (away is TaskCanceledException && !stop.IsCancellationRequested))
            {
                throw new CommandException(ExitCode.Unavailable, $"The engine at {engine} gives no status: {away.Message}");
            }
        }));

    internal static string Text(TopologyActivity activity)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        StringBuilder text = new();
        text.AppendLine(plain, $"{activity.Topology}@{string.Join(" and ", activity.Versions)}  {activity.Engines} {(activity.Engines == 1 ? "engine" : "engines")}  {(activity.Healthy ? "healthy" : "NOT HEALTHY")}");
        text.AppendLine(plain, $"applied {activity.AppliedPerSecond:N0}/s  scored {activity.ScoredPerSecond:N0}/s  dead letters {activity.RejectedPerSecond:N1}/s  lag {activity.Lag:N0}  lost {activity.Lost}  duplicated {activity.Duplicated}");
        foreach (string problem in activity.Problems)
        {
            text.AppendLine(problem);
        }

        if (activity.Operators.Length == 0)
        {
            return text.Append("These engines do not count by operator.").ToString();
        }

        int width = Math.Max(8, activity.Operators.Max(o => o.Name.Length));
        text.AppendLine();
        text.AppendLine(plain, $"{"NODE".PadRight(width)}  {"OPERATOR",-16} {"IN/S",10} {"OUT/S",10} {"ERRORS/S",9} {"P99",9} {"KEYS",12} {"STATE",9}");
        foreach (OperatorRate o in activity.Operators)
        {
            text.Append(plain, $"{o.Name.PadRight(width)}  {o.Operator,-16} {o.InPerSecond,10:N0} {o.OutPerSecond,10:N0} ");
            text.AppendLine(plain, $"{o.ErrorsPerSecond,9:N1} {Duration(o.P99Micros),9} {o.StateKeys,12:N0} {Bytes(o.StateBytes),9}");
        }

        return text.ToString().TrimEnd();
    }

    private static string Duration(double micros) => micros == 0 ? "-" : micros < 1_000
        ? string.Create(CultureInfo.InvariantCulture, $"{micros:0.#} µs")
        : string.Create(CultureInfo.InvariantCulture, $"{micros / 1_000:0.##} ms");

    private static string Bytes(long bytes) => bytes switch
    {
        < 1_024 => $"{bytes} B",
        < 1_024 * 1_024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_024.0:0.#} KiB"),
        < 1_024L * 1_024 * 1_024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_048_576.0:0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_073_741_824.0:0.##} GiB"),
    };
}
