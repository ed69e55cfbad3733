using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Kafka;

namespace MixModeler.Streaming.Integration.Cli;

/// <summary>The real command, against a broker of the test's own.</summary>
public sealed class IngestTests : IDisposable
{
    private const int Partitions = 4;

    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();
    private readonly string folder = Directory.CreateTempSubdirectory("mixmodeler-ingest-").FullName;

    public IngestTests()
    {
        broker.CreateTopic("mm.summary", Partitions);
        broker.CreateTopic("mm.deadletter", 1);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_becomes_records_once_however_often_it_is_sent()
    {
        string file = await FileAsync("yt.csv", "Date;Clicks\r\n2021-12-30;7\r\n2021-12-31;x;y\r\n2021-12-31;8\r\n");
        JsonElement first = await RunAsync(0, file, "--dataset", "youtube");
        Assert.Equal("3 2 1 0", Numbers(first));
        Assert.Equal(JsonValueKind.Null, first.GetProperty("resumedAt").ValueKind);
        JsonElement again = await RunAsync(0, file, "--dataset", "youtube");
        Assert.Equal("3 0 0 3", Numbers(again));
        await File.AppendAllTextAsync(file, "2022-01-01;9\r\n", Stop);
        JsonElement grown = await RunAsync(0, file, "--dataset", "youtube");
        Assert.Equal("4 1 0 3", Numbers(grown));
        JsonElement forced = await RunAsync(1, file, "--dataset", "youtube", "--again", "--strict");
        Assert.Equal("4 3 1 0", Numbers(forced));

        LogRecord[] records = Read("mm.summary");
        Assert.Equal(6, records.Length);
        Assert.Equal(3, records.Select(record => Encoding.UTF8.GetString(record.Value.Span)).Distinct().Count());
        Assert.All(
            records.GroupBy(record => Encoding.UTF8.GetString(record.Key.Span)),
            key => Assert.Single(key.Select(record => record.Partition).Distinct()));
        LogRecord[] letters = Read("mm.deadletter");
        Assert.Equal(2, letters.Length);
        Assert.Equal($"{file}:3:14: the row has 3 fields, the header 2 columns", JsonDocument.Parse(letters[0].Value).RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_run_that_is_killed_goes_on_and_every_row_is_there_once()
    {
        const int Rows = 300_000;
        StringBuilder text = new("Date,Channel,Spend,Pad\n");
        for (int i = 0; i < Rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"2021-01-{1 + (i / 2 % 28):00},channel {i / 2},{i / 2}.25,{new string('x', 100)}\n");
        }

        string file = await FileAsync("large.csv", text.ToString());
        for (int kill = 0; kill < 2; kill++)
        {
            long before = InLog();
            using Process process = Start("ingest", file, "--dataset", "tv", "--kafka", broker.Bootstrap, "--json");
            while (!process.HasExited && InLog() < before + 10_000)
            {
                await Task.Yield();
            }

            process.Kill();
            await process.WaitForExitAsync(Stop);
        }

        Assert.InRange(InLog(), 10_000, Rows - 1);
        JsonElement last = await RunAsync(0, file, "--dataset", "tv");
        Assert.True(last.GetProperty("resumedAt").GetInt64() > 0);
        Dictionary<string, int> partitionOfId = [];
        foreach (LogRecord record in Read("mm.summary"))
        {
            string id = JsonDocument.Parse(record.Value).RootElement.GetProperty("_id").GetString()!;
            Assert.Equal(id, Encoding.UTF8.GetString(record.Key.Span));
            Assert.True(partitionOfId.TryAdd(id, record.Partition) || partitionOfId[id] == record.Partition);
        }

        Assert.Equal(Rows, partitionOfId.Count);
    }

    [Fact]
    public async Task What_cannot_be_sent_is_a_sentence_and_an_exit_code()
    {
        string file = await FileAsync("a.csv", "a\n1\n");
        await ComplainsAsync(5, "There is no file", "ingest", Path.Combine(folder, "missing.csv"), "--dataset", "d");
        await ComplainsAsync(5, "is a folder", "ingest", folder, "--dataset", "d");
        await ComplainsAsync(2, "Name one FILE or more", "ingest", "--dataset", "d");
        await ComplainsAsync(2, "is not one character", "ingest", file, "--dataset", "d", "--delimiter", "ab");
        await ComplainsAsync(2, "there is no 'klingon'", "ingest", file, "--dataset", "d", "--encoding", "klingon");
        await ComplainsAsync(2, "is none of summary", "ingest", file, "--dataset", "d", "--topic", "nowhere");
        await ComplainsAsync(2, "--dataset", "ingest", file);
        await ComplainsAsync(1, "has the name of column 1", "ingest", await FileAsync("b.csv", "a,a\n"), "--dataset", "d", "--dry-run");
    }

    [Fact]
    public async Task Standard_input_is_read_and_a_dry_run_needs_no_broker()
    {
        using Process process = Start("ingest", "--from", "-", "--dataset", "d", "--dry-run", "--json", "--kafka", "127.0.0.1:1");
        await process.StandardInput.WriteAsync("{\"a\":1}\n{\"a\":2}\nnonsense\n");
        process.StandardInput.Close();
        JsonElement read = JsonDocument.Parse(await process.StandardOutput.ReadToEndAsync(Stop)).RootElement;
        Assert.Equal("3 0 1 0", Numbers(read));
        Assert.Contains("standard input:3:2: this is not JSON", await process.StandardError.ReadToEndAsync(Stop), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        broker.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static string Numbers(JsonElement read) =>
        string.Join(' ', new[] { "rows", "sent", "refused", "skipped" }.Select(name => read.GetProperty(name).GetInt64()));

    private long InLog()
    {
        using LogReader reader = new(new KafkaOptions { BootstrapServers = broker.Bootstrap });
        return Enumerable.Range(0, Partitions).Sum(partition => reader.Bounds("mm.summary", partition).High);
    }

    private LogRecord[] Read(string topic)
    {
        using LogReader reader = new(new KafkaOptions { BootstrapServers = broker.Bootstrap });
        return [.. Enumerable.Range(0, reader.Partitions(topic)).SelectMany(partition => reader.Read(topic, partition, 0, long.MaxValue, Stop))];
    }

    private async Task<string> FileAsync(string name, string text)
    {
        string path = Path.Combine(folder, name);
        await File.WriteAllTextAsync(path, text, Stop);
        return path;
    }

    private async Task<JsonElement> RunAsync(int code, params string[] arguments)
    {
        using Process process = Start(["ingest", .. arguments, "--kafka", broker.Bootstrap, "--json"]);
        process.StandardInput.Close();
        Task<string> complaint = process.StandardError.ReadToEndAsync(Stop);
        string text = await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        Assert.True(code == process.ExitCode, $"{process.ExitCode}: {await complaint}");
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task ComplainsAsync(int code, string said, params string[] arguments)
    {
        using Process process = Start(arguments);
        process.StandardInput.Close();
        string complaint = await process.StandardError.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        Assert.Equal(code, process.ExitCode);
        Assert.Contains(said, complaint, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", complaint, StringComparison.Ordinal);
    }

    private Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "mixmodeler.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_STATE_HOME"] = folder;
        start.Environment.Remove("MIXMODELER_TOPOLOGY");
        return Process.Start(start)!;
    }
}
