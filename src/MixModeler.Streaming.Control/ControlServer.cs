using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Harmonize.Serve;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Operate;

namespace MixModeler.Streaming.Control;

/// <summary>
/// The control port of an engine: `/health` (503 with the reasons while something stands still), `/ready` (503 until it
/// has started and every partition assigned to it runs), `/v1/status` (JSON), `/metrics` (Prometheus text), and
/// `/v1/topologies…`, `/v1/harmonized…`, `/v1/mixes…`, `/v1/plans…` and `/v1/insights…`, which are served where there is somebody to ask.
/// </summary>
public sealed class ControlServer : IAsyncDisposable
{
    private readonly WebApplication web;

    private ControlServer(WebApplication web) => this.web = web;

    /// <param name="bind">Address to listen on.</param>
    /// <param name="port">TCP port; 0 takes a free one.</param>
    /// <param name="status">Makes a snapshot; called for every request.</param>
    /// <param name="stop">Gives up starting.</param>
    /// <param name="topologies">Takes wishes for running topologies; gives null until the control log has been read.</param>
    /// <param name="taps">Shows live records; gives null until a version runs.</param>
    /// <param name="harmonized">The harmonized table; gives null until a version runs.</param>
    /// <param name="measurements">The models that insights are made of; gives null until a version runs.</param>
    /// <param name="mixes">Marketing-mix models; gives null until a version runs.</param>
    /// <param name="plans">Budget plans; gives null until a version runs.</param>
    /// <exception cref="ControlStartException">The port is taken or may not be used.</exception>
    public static async Task<ControlServer> StartAsync(
        IPAddress bind,
        int port,
        Func<EngineStatus> status,
        CancellationToken stop,
        Func<TopologyControl?>? topologies = null,
        Func<LiveTaps?>? taps = null,
        Func<IHarmonizedSource?>? harmonized = null,
        Func<IMeasurements?>? measurements = null,
        Func<IMixDesk?>? mixes = null,
        Func<IPlanDesk?>? plans = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = RequestBody.BytesMax;
            kestrel.AddServerHeader = false;
            kestrel.Listen(bind, port);
        });
        WebApplication web = builder.Build();
        web.UseExceptionHandler(failed => failed.Run(Replies.FailedAsync));
        web.UseStatusCodePages(Replies.BareAsync);
        web.MapGet("/health", http => AnswerHealthAsync(http, status()));
        web.MapGet("/ready", http => AnswerReadyAsync(http, status()));
        web.MapGet("/v1/status", http => AnswerStatusAsync(http, status(), StatusCodes.Status200OK));
        web.MapGet("/metrics", http => AnswerMetricsAsync(http, status()));
        TopologyEndpoints.Map(web, topologies ?? (() => null));
        TapEndpoint.Map(web, taps ?? (() => null));
        HarmonizedEndpoints.Map(web, harmonized ?? (() => null));
        InsightEndpoints.Map(web, measurements ?? (() => null));
        MixEndpoints.Map(web, mixes ?? (() => null), measurements ?? (() => null));
        PlanEndpoints.Map(web, plans ?? (() => null), measurements ?? (() => null));
        try
        {
            await web.StartAsync(stop);
            return new ControlServer(web);
        }
        catch (IOException e)
        {
            await web.DisposeAsync();
            throw new ControlStartException($"The control port {bind}:{port} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>The port that was taken.</summary>
    public int Port => new Uri(web.Urls.First()).Port;

    public async ValueTask DisposeAsync()
    {
        await web.StopAsync();
        await web.DisposeAsync();
    }

    private static Task AnswerHealthAsync(HttpContext http, EngineStatus status)
    {
        http.Response.StatusCode = status.Healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        string text = status.Healthy ? "healthy\n" : string.Join('\n', status.Problems) + "\n";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    private static Task AnswerReadyAsync(HttpContext http, EngineStatus status)
    {
        bool ready = status.Started && status.Partitions.Concat(status.Datasets.SelectMany(dataset => dataset.Partitions)).All(p => p.State == "Running");
        http.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return http.Response.WriteAsync(ready ? "ready\n" : "starting, or not every assigned partition runs yet\n", http.RequestAborted);
    }

    private static Task AnswerStatusAsync(HttpContext http, EngineStatus status, int code)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json; charset=utf-8";
        return http.Response.WriteAsync(JsonSerializer.Serialize(status, EngineStatusJson.Readable.EngineStatus), http.RequestAborted);
    }

    private static Task AnswerMetricsAsync(HttpContext http, EngineStatus status)
    {
        http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return http.Response.WriteAsync(MetricsText.Of(status), http.RequestAborted);
    }
}

/// <summary>The control port cannot be opened; the message is a sentence for the operator.</summary>
public sealed class ControlStartException(string message, Exception cause) : Exception(message, cause);
