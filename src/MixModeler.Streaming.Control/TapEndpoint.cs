using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Flow;

namespace MixModeler.Streaming.Control;

/// <summary>
/// `GET /v1/topologies/T/tap?node=N&amp;direction=in|out|both&amp;limit=N&amp;seconds=S&amp;raw=true`: live records of an operator at this engine, one
/// JSON document a line, until there are enough or the client leaves.
/// </summary>
internal static class TapEndpoint
{
    private static readonly TimeSpan LongestMax = TimeSpan.FromDays(1);

    public static void Map(IEndpointRouteBuilder routes, Func<LiveTaps?> taps) =>
        routes.MapGet("/v1/topologies/{topology}/tap", http => AnswerAsync(http, taps()));

    private static async Task AnswerAsync(HttpContext http, LiveTaps? taps)
    {
        IQueryCollection query = http.Request.Query;
        string topology = http.Request.RouteValues["topology"]?.ToString() ?? "";
        if (taps is null || taps.Topology.Length == 0)
        {
            await Replies.StartingAsync(http);
        }
        else if (taps.Topology != topology)
        {
            await Replies.ProblemAsync(http, StatusCodes.Status404NotFound, $"This engine runs '{taps.Topology}', not '{topology}'.");
        }
        else if (DirectionsOf(query["direction"].ToString()) is not { } directions)
        {
            await Replies.ProblemAsync(http, StatusCodes.Status400BadRequest, "The direction is one of in, out and both.");
        }
        else if (!TryRead(query["limit"].ToString(), out double limit) || !TryRead(query["seconds"].ToString(), out double seconds))
        {
            await Replies.ProblemAsync(http, StatusCodes.Status400BadRequest, "limit and seconds are positive numbers.");
        }
        else
        {
            string node = query["node"].ToString();
            using LiveTap? tap = taps.Open(node, directions, query["raw"].ToString() == "true", out string? problem);
            int refused = taps.Nodes.Contains(node) ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status404NotFound;
            await (tap is null ? Replies.ProblemAsync(http, refused, problem!) : ShowAsync(http, tap, limit, seconds));
        }
    }

    private static async Task ShowAsync(HttpContext http, LiveTap tap, double limit, double seconds)
    {
        // An engine that stops does not wait for those who watch it.
        CancellationToken ending = http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, ending);
        stop.CancelAfter(TimeSpan.FromSeconds(Math.Min(seconds, LongestMax.TotalSeconds)));
        http.Response.ContentType = "application/x-ndjson; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.StartAsync(stop.Token);
        await http.Response.Body.FlushAsync(stop.Token);
        long shown = 0;
        try
        {
            await foreach (string line in tap.LinesAsync(stop.Token))
            {
                await http.Response.WriteAsync(line + "\n", Encoding.UTF8, stop.Token);
                await http.Response.Body.FlushAsync(stop.Token);
                if (++shown >= limit)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Enough seen: the time is over, the client has left or the engine stops.
        }
    }

    private static string[]? DirectionsOf(string direction) => direction switch
    {
        "in" => [TappedRecord.In],
        "out" => [TappedRecord.Out],
        "" or "both" => [TappedRecord.In, TappedRecord.Out, TappedRecord.Error],
        _ => null,
    };

    private static bool TryRead(string text, out double number)
    {
        number = double.PositiveInfinity;
        return text.Length == 0 || (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && number > 0);
    }
}
