using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Control;

/// <summary>`/v1/mixes…`: how marketing-mix models stand, what they have come to, and what is asked of them. Every engine answers alike.</summary>
internal sealed class MixEndpoints
{
    private const string One = "/v1/mixes/{name}";

    private readonly Func<IMixDesk?> source;
    private readonly Func<IMeasurements?> measurements;

    private MixEndpoints(Func<IMixDesk?> source, Func<IMeasurements?> measurements) => (this.source, this.measurements) = (source, measurements);

    /// <param name="routes">Of the control port.</param>
    /// <param name="source">Null while the engine does not know yet what it runs.</param>
    /// <param name="measurements">The models themselves.</param>
    public static void Map(IEndpointRouteBuilder routes, Func<IMixDesk?> source, Func<IMeasurements?> measurements)
    {
        MixEndpoints endpoints = new(source, measurements);
        routes.MapGet("/v1/mixes", endpoints.ListAsync);
        routes.MapGet(One, endpoints.ShowAsync);
        foreach (string word in (string[])["lift", "train"])
        {
            routes.MapPost($"{One}/{word}", http => endpoints.OrderAsync(http, word));
        }

        routes.MapDelete(One + "/lift/{id}", http => endpoints.OrderAsync(http, name => new MixOrder(name, LiftId: Route(http, "id"))));
        routes.MapPost(One + "/rescore", http => endpoints.OrderAsync(http, name => new MixOrder(name, IsRescore: true)));
    }

    private async Task ListAsync(HttpContext http)
    {
        if (source() is not { } desk)
        {
            await Replies.StartingAsync(http);
            return;
        }

        try
        {
            List<MixStanding> standings = [];
            foreach (MixPlan plan in desk.Plans)
            {
                standings.Add(await desk.StandingAsync(plan, http.RequestAborted));
            }

            await WriteAsync(http, JsonSerializer.SerializeToUtf8Bytes([.. standings], EngineStatusJson.Readable.MixStandingArray));
        }
        catch (TaskLostException away)
        {
            await Replies.ProblemAsync(http, StatusCodes.Status503ServiceUnavailable, away.Message);
        }
    }

    /// <summary>`{"standing": …, "report": as of `mix fit --json`, or null before the first period}`.</summary>
    private Task ShowAsync(HttpContext http) => OfOneAsync(http, async (desk, plan) =>
    {
        MixStanding standing = await desk.StandingAsync(plan, http.RequestAborted);
        MeasuredMix? mix = measurements() is { } its ? await its.MixAsync(plan.Name, http.RequestAborted) : null;
        using MemoryStream body = new();
        body.Write("{\"standing\":"u8);
        JsonSerializer.Serialize(body, standing, EngineStatusJson.Readable.MixStanding);
        body.Write(",\"report\":"u8);
        if (mix is null)
        {
            body.Write("null"u8);
        }
        else
        {
            MixReportJson.Write(body, mix.Model, MixReport.Of(mix.Model), mix.Certificate);
        }

        body.Write("}"u8);
        await WriteAsync(http, body.ToArray());
    });

    private async Task OrderAsync(HttpContext http, string word)
    {
        if (await RequestBody.TextAsync(http) is not { } body)
        {
            return;
        }

        // As it would stand in the topic; a body that is no JSON is none there either.
        string name = JsonEncodedText.Encode(Route(http, "name")).ToString();
        (MixOrder? order, string problem) = MixOrder.Parse(Encoding.UTF8.GetBytes($"{{\"mix\":\"{name}\",\"{word}\":{(body.Length == 0 ? "{}" : body)}}}"));
        if (order is null)
        {
            await Replies.ProblemAsync(http, StatusCodes.Status400BadRequest, $"{char.ToUpperInvariant(problem[0])}{problem[1..].TrimEnd('.')}.");
            return;
        }

        await OrderAsync(http, _ => order);
    }

    // Accepted: it is in the log, and the standing tells when it was taken.
    private Task OrderAsync(HttpContext http, Func<string, MixOrder> orderOf) => OfOneAsync(http, async (desk, plan) =>
    {
        MixOrder order = orderOf(plan.Name);
        if (order.Lift is { } lift && MixOrders.ProblemOf(lift, plan.Spec) is { } problem)
        {
            await Replies.ProblemAsync(http, StatusCodes.Status400BadRequest, $"{char.ToUpperInvariant(problem[0])}{problem[1..]}.");
            return;
        }

        MixStanding standing = await desk.StandingAsync(plan, http.RequestAborted);
        if (order is { LiftId: { } id, Lift: null } && !standing.LiftTests.Contains(id))
        {
            await Replies.ProblemAsync(http, StatusCodes.Status404NotFound, $"The mix '{plan.Name}' was told of no lift test '{id}'.");
            return;
        }

        await desk.OrderAsync(order, http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        http.Response.Headers.Location = $"/v1/mixes/{plan.Name}";
        await WriteAsync(http, JsonSerializer.SerializeToUtf8Bytes(standing, EngineStatusJson.Readable.MixStanding));
    });

    private async Task OfOneAsync(HttpContext http, Func<IMixDesk, MixPlan, Task> answer)
    {
        string name = Route(http, "name");
        if (source() is not { } desk)
        {
            await Replies.StartingAsync(http);
        }
        else if (desk.Plans.FirstOrDefault(each => each.Name == name) is not { } plan)
        {
            string known = desk.Plans.IsEmpty ? "this topology has none" : $"there is {string.Join(", ", desk.Plans.Select(each => each.Name))}";
            await Replies.ProblemAsync(http, StatusCodes.Status404NotFound, $"There is no mix '{name}', {known}.");
        }
        else
        {
            try
            {
                await answer(desk, plan);
            }
            catch (TaskLostException away)
            {
                await Replies.ProblemAsync(http, StatusCodes.Status503ServiceUnavailable, away.Message);
            }
        }
    }

    private static Task WriteAsync(HttpContext http, byte[] json)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        return http.Response.Body.WriteAsync(json, http.RequestAborted).AsTask();
    }

    private static string Route(HttpContext http, string name) => http.Request.RouteValues[name]?.ToString() ?? "";
}
