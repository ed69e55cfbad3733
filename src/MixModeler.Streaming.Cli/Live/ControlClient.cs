using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MixModeler.Streaming.Operate;

namespace MixModeler.Streaming.Cli.Live;

/// <summary>Asks an engine's control port. What goes wrong is a sentence and an exit code.</summary>
internal sealed class ControlClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient http;
    private readonly Uri engine;

    public ControlClient(string engine)
    {
        string full = engine.Contains("://", StringComparison.Ordinal) ? engine : $"http://{engine}";
        if (!Uri.TryCreate(full.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
        {
            throw new CommandException(ExitCode.Usage, $"--engine: '{engine}' is no HOST:PORT or address such as http://127.0.0.1:7170.");
        }

        this.engine = address;
        http = new HttpClient { Timeout = Patience };
        http.DefaultRequestHeaders.Add("X-Requested-By", $"{Environment.UserName}@{Environment.MachineName}");
    }

    /// <summary>The named topology, or the only one that the engine's log knows.</summary>
    public async Task<TopologyDocument> FindAsync(string? name, CancellationToken stop)
    {
        if (name is not null)
        {
            return await GetAsync($"v1/topologies/{Uri.EscapeDataString(name)}", ControlDocumentJson.Default.TopologyDocument, stop);
        }

        TopologyDocument[] all = await GetAsync("v1/topologies", ControlDocumentJson.Default.TopologyDocumentArray, stop);
        return all.Length == 1
            ? all[0]
            : throw new CommandException(ExitCode.Usage, $"--name: say which one, the engine knows {string.Join(", ", all.Select(each => each.Name))}.");
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> form, CancellationToken stop)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(engine, path));
        (_, string json) = await SendAsync(request, stop);
        return Read(json, form);
    }

    public Task<(HttpStatusCode Code, string Json)> PostAsync(string path, string body, string type, long? after, CancellationToken stop)
    {
        HttpRequestMessage request = new(HttpMethod.Post, new Uri(engine, path))
        {
            Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type)),
        };
        request.Headers.TryAddWithoutValidation("If-Match", after is { } sequence ? $"\"{sequence}\"" : "*");
        return SendAsync(request, stop);
    }

    public async Task<string> TextAsync(string path, CancellationToken stop)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(engine, path));
        return (await SendAsync(request, stop)).Json;
    }

    public async Task DeleteAsync(string path, CancellationToken stop)
    {
        using HttpRequestMessage request = new(HttpMethod.Delete, new Uri(engine, path));
        await SendAsync(request, stop);
    }

    /// <summary>An answer that comes line by line and may have no end.</summary>
    public async IAsyncEnumerable<string> LinesAsync(string path, [EnumeratorCancellation] CancellationToken stop)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(engine, path));
        using HttpResponseMessage answer = await TryAsync(() => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop), stop);
        if (!answer.IsSuccessStatusCode)
        {
            throw Refusal(answer.StatusCode, await answer.Content.ReadAsStringAsync(stop));
        }

        using StreamReader lines = new(await answer.Content.ReadAsStreamAsync(stop));
        while (await TryAsync(() => lines.ReadLineAsync(stop).AsTask(), stop) is { } line)
        {
            yield return line;
        }
    }

    public static T Read<T>(string json, JsonTypeInfo<T> form)
    {
        try
        {
            return JsonSerializer.Deserialize(json, form) ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            throw new CommandException(ExitCode.Unavailable, "What answers there is no engine of this release.");
        }
    }

    public void Dispose() => http.Dispose();

    private Task<(HttpStatusCode Code, string Json)> SendAsync(HttpRequestMessage request, CancellationToken stop) => TryAsync(
        async () =>
        {
            using HttpResponseMessage answer = await http.SendAsync(request, stop);
            string json = await answer.Content.ReadAsStringAsync(stop);
            return answer.IsSuccessStatusCode ? (answer.StatusCode, json) : throw Refusal(answer.StatusCode, json);
        },
        stop);

    private async Task<T> TryAsync<T>(Func<Task<T>> ask, CancellationToken stop)
    {
        try
        {
            return await ask();
        }
        catch (Exception away) when (away is HttpRequestException or IOException)
        {
            throw new CommandException(ExitCode.Unavailable, $"No engine answers at {engine}: {away.Message}");
        }
        catch (TaskCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new CommandException(ExitCode.Unavailable, $"The engine at {engine} did not answer within {Patience.TotalSeconds:0} s.");
        }
    }

    private static CommandException Refusal(HttpStatusCode code, string json)
    {
        try
        {
            using JsonDocument reply = JsonDocument.Parse(json);
            JsonElement root = reply.RootElement;
            string detail = root.TryGetProperty("detail", out JsonElement said) ? said.GetString() ?? "" : "";
            string[] places = root.TryGetProperty("problems", out JsonElement problems)
                ? [.. problems.EnumerateArray().Select(each => $"{each.GetProperty("file")}:{each.GetProperty("line")}:{each.GetProperty("column")}: {each.GetProperty("message")}")]
                : [];
            int exit = code switch
            {
                HttpStatusCode.BadRequest => ExitCode.InvalidTopology,
                HttpStatusCode.ServiceUnavailable => ExitCode.Unavailable,
                _ => ExitCode.Failed,
            };
            return new CommandException(exit, places.Length > 0 ? string.Join('\n', places) : detail);
        }
        catch (Exception unknown) when (unknown is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new CommandException(ExitCode.Unavailable, $"What answers there is no engine of this release: it says {(int)code}.");
        }
    }
}
