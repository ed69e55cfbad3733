using System.CommandLine;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using MixModeler.Streaming.Cli.Engine;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Harmonize.Serve;
using MixModeler.Streaming.Ingest.Files;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Rehearse;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>Whom a command asks: an engine over its control port, Redis, or files harmonized in memory. The answers are the same.</summary>
internal sealed class HarmonizeAsk : IAsyncDisposable
{
    private readonly ControlClient? client;
    private readonly string topology;
    private readonly HarmonizedAnswers? answers;
    private readonly List<IAsyncDisposable> opened = [];

    private HarmonizeAsk(ControlClient? client, string topology, IHarmonizedSource? source)
    {
        this.client = client;
        this.topology = topology;
        answers = source is null ? null : new HarmonizedAnswers(source);
    }

    public static async Task<HarmonizeAsk> OpenAsync(ParseResult parsed, CancellationToken stop)
    {
        string? from = parsed.GetValue(HarmonizeOptions.From);
        string? redis = parsed.GetValue(HarmonizeOptions.Redis);
        string? file = parsed.GetValue(HarmonizeOptions.Topology);
        if (from is null && redis is null)
        {
            return await OfEngineAsync(parsed, file, stop);
        }

        if (file is null || (from is not null && redis is not null))
        {
            throw new CommandException(ExitCode.Usage, file is null
                ? "--topology: say which file declares the datasets."
                : "--from: files are harmonized in memory, which --redis has no part in; say one of the two.");
        }

        TopologyPlan plan = Settings.LoadTopology(file);
        if (plan.Harmonized.IsEmpty)
        {
            throw new CommandException(ExitCode.Usage, $"--topology: '{plan.Name}' has no datasets.");
        }

        return from is not null ? await OfFilesAsync(plan, from, stop) : await OfRedisAsync(plan, redis!, parsed, stop);
    }

    /// <param name="path">Below the topology.</param>
    /// <param name="words">What is asked, by name.</param>
    /// <param name="form">Of the answer.</param>
    /// <param name="local">The answer where no engine is asked, and why there is none.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<T> AskAsync<T>(
        string path,
        IReadOnlyDictionary<string, string> words,
        JsonTypeInfo<T> form,
        Func<HarmonizedAnswers, QueryText, Task<(T Answer, string[] Problems)>> local,
        CancellationToken stop)
    {
        if (client is not null)
        {
            return await client.GetAsync(PathOf(path, words), form, stop);
        }

        QueryText query = new(name => words.GetValueOrDefault(name));
        (T answer, string[] problems) = await local(answers!, query);
        return query.Problems.Count + problems.Length == 0
            ? answer
            : throw new CommandException(ExitCode.Usage, string.Join('\n', query.Problems.Concat(problems).Distinct()));
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        foreach (IAsyncDisposable each in opened)
        {
            await each.DisposeAsync();
        }
    }

    private static async Task<HarmonizeAsk> OfEngineAsync(ParseResult parsed, string? file, CancellationToken stop)
    {
        if (file is not null)
        {
            throw new CommandException(ExitCode.Usage, "--topology: an engine knows what it runs; the file is for --from and --redis.");
        }

        ControlClient client = new(parsed.GetValue(HarmonizeOptions.Engine)!);
        if (parsed.GetValue(HarmonizeOptions.Name) is { } name)
        {
            return new HarmonizeAsk(client, name, null);
        }

        HarmonizedTopologyDocument[] known =
            await client.GetAsync("v1/harmonized", HarmonizedDocumentJson.Default.HarmonizedTopologyDocumentArray, stop);
        return known.Length > 0
            ? new HarmonizeAsk(client, known[0].Name, null)
            : throw new CommandException(ExitCode.Failed, "What this engine runs has no datasets.");
    }

    private static async Task<HarmonizeAsk> OfRedisAsync(TopologyPlan plan, string redis, ParseResult parsed, CancellationToken stop)
    {
        RedisConnection connection = await RedisConnection.ConnectAsync(new RedisOptions { Configuration = redis }, TimeProvider.System, stop);
        HarmonizedView view = new(
            Settings.KafkaOf(parsed.GetValue(HarmonizeOptions.Kafka)!, null, "mixmodeler-harmonize"),
            new DatasetCatalog(connection, plan.Name),
            () => plan,
            TimeProvider.System);
        HarmonizeAsk ask = new(null, plan.Name, view);
        ask.opened.AddRange([view, connection]);
        return ask;
    }

    private static async Task<HarmonizeAsk> OfFilesAsync(TopologyPlan plan, string from, CancellationToken stop)
    {
        LocalHarmonize run = new(plan, TimeProvider.System);
        foreach (string each in from.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = each.IndexOf('=', StringComparison.Ordinal);
            string file = each[(equals + 1)..];
            if (!File.Exists(file))
            {
                throw new CommandException(ExitCode.Usage, $"--from: there is no file '{file}'.");
            }

            string name = equals > 0 ? each[..equals] : Path.GetFileNameWithoutExtension(file);
            DatasetPlan? dataset = plan.Harmonized.Datasets.FirstOrDefault(its => its.Name == name);
            if (dataset is null && (equals > 0 || Path.GetExtension(file) is not (".jsonl" or ".json")))
            {
                throw new CommandException(ExitCode.Usage, $"--from: there is no dataset '{name}', there is {string.Join(", ", plan.Harmonized.Datasets.Select(its => its.Name))}; write DATASET=FILE.");
            }

            await SendAsync(plan, dataset, file, run, stop);
        }

        foreach ((DatasetPlan dataset, Streaming.Harmonize.DatasetProgress progress) in run.Progress.Where(each => each.Progress.Refused.Count > 0))
        {
            Console.Error.WriteLine($"{dataset.Name}: {string.Join(", ", progress.Refused.Select(reason => $"{reason.Key} {reason.Value:N0}"))}");
        }

        return new HarmonizeAsk(null, plan.Name, new LocalSource(plan, run));
    }

    private static async Task SendAsync(TopologyPlan plan, DatasetPlan? dataset, string file, LocalHarmonize run, CancellationToken stop)
    {
        if (dataset is null)
        {
            await using FileStream lines = File.OpenRead(file);
            try
            {
                await LocalFiles.SendRecordsAsync(plan, file, lines, run, stop);
                return;
            }
            catch (InvalidDataException malformed)
            {
                throw new CommandException(ExitCode.Failed, malformed.Message);
            }
        }

        RowFault? fault = await LocalFiles.SendRowsAsync(plan, dataset, file, () => File.OpenRead(file), run, Console.Error.WriteLine, stop);
        if (fault is not null)
        {
            throw new CommandException(ExitCode.Failed, $"{file}:{fault.Line}:{fault.Column}: {fault.Sentence}");
        }
    }

    private string PathOf(string path, IReadOnlyDictionary<string, string> words)
    {
        StringBuilder full = new($"v1/harmonized/{Uri.EscapeDataString(topology)}/{path}");
        char before = '?';
        foreach ((string name, string said) in words)
        {
            full.Append(before).Append(name).Append('=').Append(Uri.EscapeDataString(said));
            before = '&';
        }

        return full.ToString();
    }
}
