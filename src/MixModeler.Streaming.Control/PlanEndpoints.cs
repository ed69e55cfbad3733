using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Control;

/// <summary>`/v1/plans…`: the budget plans that follow a mix. Every engine answers alike.</summary>
internal sealed class PlanEndpoints
{
    private readonly Func<IPlanDesk?> source;
    private readonly Func<IMeasurements?> measurements;

    private PlanEndpoints(Func<IPlanDesk?> source, Func<IMeasurements?> measurements) => (this.source, this.measurements) = (source, measurements);

    /// <param name="routes">Of the control port.</param>
    /// <param name="source">Null while the engine does not know yet what it runs.</param>
    /// <param name="measurements">What was spent really stands in the mixes.</param>
    public static void Map(IEndpointRouteBuilder routes, Func<IPlanDesk?> source, Func<IMeasurements?> measurements)
    {
        PlanEndpoints endpoints = new(source, measurements);
        routes.MapGet("/v1/plans", endpoints.ListAsync);
        routes.MapGet("/v1/plans/{name}", endpoints.ShowAsync);
        routes.MapGet("/v1/plans/{name}/pacing", endpoints.PacingAsync);
    }

    private Task ListAsync(HttpContext http) => AnswerAsync(http, async desk =>
    {
        List<PlanStanding> standings = [];
        foreach (PlanDeclaration plan in desk.Declarations)
        {
            standings.Add(PlanStandings.Of(plan, await desk.PlanAsync(plan, http.RequestAborted)));
        }

        await WriteAsync(http, JsonSerializer.SerializeToUtf8Bytes([.. standings], EngineStatusJson.Readable.PlanStandingArray));
    });

    /// <summary>`{"standing": …, "active": the plan in force, "newest": the best as of now}`, plans as `plan solve --json` prints them, or null.</summary>
    private Task ShowAsync(HttpContext http) => OfOneAsync(http, async (declaration, stored) =>
    {
        using MemoryStream body = new();
        body.Write("{\"standing\":"u8);
        JsonSerializer.Serialize(body, PlanStandings.Of(declaration, stored), EngineStatusJson.Readable.PlanStanding);
        body.Write(",\"active\":"u8);
        body.Write(stored?.Follower.Active is { } active ? PlanDocument.ToJson(active) : "null"u8);
        body.Write(",\"newest\":"u8);
        body.Write(stored?.Follower.Newest is { } newest ? PlanDocument.ToJson(newest) : "null"u8);
        body.Write("}"u8);
        await WriteAsync(http, body.ToArray());
    });

    private Task PacingAsync(HttpContext http) => OfOneAsync(http, async (declaration, stored) =>
    {
        MeasuredMix? mix = measurements() is { } its ? await its.MixAsync(declaration.Mix, http.RequestAborted) : null;
        if (mix is null || stored?.Follower.Active is not { } plan)
        {
            await Replies.ProblemAsync(http, StatusCodes.Status409Conflict, $"The plan '{declaration.Name}' is not made yet.");
            return;
        }

        try
        {
            PlanPacing pacing = MixSpend.Pacing(mix, plan);
            await WriteAsync(http, JsonSerializer.SerializeToUtf8Bytes(pacing, JsonSerializerOptions.Web));
        }
        catch (InvalidOperationException undated)
        {
            await Replies.ProblemAsync(http, StatusCodes.Status409Conflict, undated.Message);
        }
    });

    private Task OfOneAsync(HttpContext http, Func<PlanDeclaration, StoredPlan?, Task> answer) => AnswerAsync(http, async desk =>
    {
        string name = http.Request.RouteValues["name"]?.ToString() ?? "";
        if (desk.Declarations.FirstOrDefault(each => each.Name == name) is not { } declaration)
        {
            string known = desk.Declarations.IsEmpty ? "this topology has none" : $"there is {string.Join(", ", desk.Declarations.Select(each => each.Name))}";
            await Replies.ProblemAsync(http, StatusCodes.Status404NotFound, $"There is no plan '{name}', {known}.");
            return;
        }

        StoredPlan? stored = await desk.PlanAsync(declaration, http.RequestAborted);
        await answer(declaration, stored?.Identity == declaration.Identity ? stored : null);
    });

    private async Task AnswerAsync(HttpContext http, Func<IPlanDesk, Task> answer)
    {
        if (source() is not { } desk)
        {
            await Replies.StartingAsync(http);
            return;
        }

        try
        {
            await answer(desk);
        }
        catch (TaskLostException away)
        {
            await Replies.ProblemAsync(http, StatusCodes.Status503ServiceUnavailable, away.Message);
        }
    }

    private static Task WriteAsync(HttpContext http, byte[] json)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        return http.Response.Body.WriteAsync(json, http.RequestAborted).AsTask();
    }
}
