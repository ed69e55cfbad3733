using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Control;

/// <summary>`/v1/topologies…`: what people and programs ask of running topologies. Every engine answers alike.</summary>
internal sealed class TopologyEndpoints
{
    private const string One = "/v1/topologies/{topology}";

    private readonly Func<TopologyControl?> source;

    private TopologyEndpoints(Func<TopologyControl?> source) => this.source = source;

    /// <param name="routes">Of the control port.</param>
    /// <param name="control">Null while the engine has not read the control log yet.</param>
    public static void Map(IEndpointRouteBuilder routes, Func<TopologyControl?> control)
    {
        TopologyEndpoints endpoints = new(control);
        routes.MapGet("/v1/topologies", endpoints.ListAsync);
        routes.MapGet(One, endpoints.StatusAsync);
        routes.MapGet(One + "/status", endpoints.StatusAsync);
        routes.MapGet(One + "/versions", endpoints.VersionsAsync);
        routes.MapGet(One + "/versions/{version}", endpoints.VersionAsync);
        routes.MapGet(One + "/graph", endpoints.GraphAsync);
        routes.MapGet(One + "/history", endpoints.HistoryAsync);
        routes.MapGet(One + "/changes", endpoints.HistoryAsync);
        routes.MapGet(One + "/changes/{change}", endpoints.ChangeAsync);
        routes.MapGet(One + "/changes/{change}/divergence", endpoints.DivergenceAsync);
        routes.MapPost(One + "/plan", endpoints.PlanAsync);
        routes.MapPost(One + "/changes", endpoints.ApplyAsync);
        routes.MapPost(One + "/rollback", endpoints.RollbackAsync);
        foreach ((string word, ChangeVerdict verdict) in ((string, ChangeVerdict)[])[("promote", ChangeVerdict.Promote), ("abandon", ChangeVerdict.Abandon)])
        {
            routes.MapPost($"{One}/changes/{{change}}/{word}", http => endpoints.DecideAsync(http, verdict));
        }

        foreach ((string word, RunState wish) in ((string, RunState)[])[("pause", RunState.Paused), ("resume", RunState.Running), ("drain", RunState.Draining)])
        {
            routes.MapPost($"{One}/{word}", http => endpoints.RunAsync(http, wish));
        }
    }

    private Task ListAsync(HttpContext http) => source() is { } control
        ? JsonAsync(http, [.. control.All.Select(each => ControlView.Of(each, control.Engine))], ControlDocumentJson.Default.TopologyDocumentArray)
        : Replies.StartingAsync(http);

    private Task StatusAsync(HttpContext http) => OfOneAsync(http, (control, state) =>
    {
        http.Response.Headers.ETag = Tag(state);
        return JsonAsync(http, ControlView.Of(state, control.Engine), ControlDocumentJson.Default.TopologyDocument);
    });

    private Task VersionsAsync(HttpContext http) => OfOneAsync(
        http, (_, state) => JsonAsync(http, ControlView.VersionsOf(state), ControlDocumentJson.Default.VersionDocumentArray));

    private Task VersionAsync(HttpContext http) => OfOneAsync(http, (_, state) =>
    {
        string version = Route(http, "version");
        if (!state.Versions.TryGetValue(version, out VersionRecord? record))
        {
            return Replies.ProblemAsync(http, StatusCodes.Status404NotFound, $"There is no version '{version}'.");
        }

        // A version never changes: whoever has it may keep it.
        http.Response.Headers.ETag = $"\"{version}\"";
        http.Response.ContentType = "application/yaml; charset=utf-8";
        return http.Response.WriteAsync(record.Text, http.RequestAborted);
    });

    private Task GraphAsync(HttpContext http) => OfOneAsync(http, (control, state) =>
    {
        string version = http.Request.Query["version"].ToString();
        if (control.PlanOf(state, version.Length > 0 ? version : state.Active!) is not { } plan)
        {
            return Replies.ProblemAsync(http, StatusCodes.Status404NotFound, $"There is no version '{version}' that can be drawn here.");
        }

        (string? text, string type) = http.Request.Query["format"].ToString() switch
        {
            "" or "mermaid" => (GraphText.Mermaid(plan), "text/vnd.mermaid"),
            "dot" => (GraphText.Dot(plan), "text/vnd.graphviz"),
            "json" => (GraphText.Json(plan), "application/json"),
            _ => (null, ""),
        };
        if (text is null)
        {
            return Replies.ProblemAsync(http, StatusCodes.Status400BadRequest, "The format is one of mermaid, dot and json.");
        }

        http.Response.ContentType = $"{type}; charset=utf-8";
        return http.Response.WriteAsync(text, http.RequestAborted);
    });

    private Task HistoryAsync(HttpContext http) => OfOneAsync(
        http, (_, state) => JsonAsync(http, ControlView.HistoryOf(state), ControlDocumentJson.Default.ChangeDocumentArray));

    private Task ChangeAsync(HttpContext http) => OfChangeAsync(
        http, change => JsonAsync(http, ControlView.Of(change), ControlDocumentJson.Default.ChangeDocument));

    private Task DivergenceAsync(HttpContext http) => OfChangeAsync(
        http, change => JsonAsync(http, ControlView.DivergenceOf(change), ControlDocumentJson.Default.DivergenceDocument));

    private Task OfChangeAsync(HttpContext http, Func<ChangeState, Task> answer) => OfOneAsync(
        http, (_, state) => state.Changes.TryGetValue(Route(http, "change"), out ChangeState? change)
            ? answer(change)
            : Replies.ProblemAsync(http, StatusCodes.Status404NotFound, $"There is no change '{Route(http, "change")}'."));

    private async Task PlanAsync(HttpContext http)
    {
        if (source() is not { } control)
        {
            await Replies.StartingAsync(http);
        }
        else if (await RequestBody.TextAsync(http) is { } text)
        {
            ControlAnswer answer = await control.PlanAsync(Route(http, "topology"), text, http.RequestAborted);
            if (answer.Diff is null)
            {
                await Replies.RefuseAsync(http, answer);
                return;
            }

            await JsonAsync(http, ControlView.Of(answer), ControlDocumentJson.Default.PlanDocument);
        }
    }

    private async Task ApplyAsync(HttpContext http)
    {
        if (http.Request.Headers.IfMatch.Count == 0)
        {
            await Replies.ProblemAsync(
                http, StatusCodes.Status428PreconditionRequired, "Send If-Match with the ETag of the topology that you looked at, or with * if any will do.");
        }
        else if (await RequestBody.WishAsync(http, required: true) is { } wish)
        {
            await MakeAsync(http, (_, _) => wish);
        }
    }

    private async Task RollbackAsync(HttpContext http)
    {
        if (await RequestBody.WishAsync(http, required: false) is { } wish)
        {
            await MakeAsync(http, (_, state) => wish.Text is null ? wish with { Version = wish.Version ?? state.Previous } : null);
        }
    }

    private async Task MakeAsync(HttpContext http, Func<TopologyControl, TopologyState, ChangeWish?> wishOf)
    {
        string topology = Route(http, "topology");
        if (source() is not { } control)
        {
            await Replies.StartingAsync(http);
        }
        else if (!TryReadMatch(http, out long? after))
        {
            await Replies.ProblemAsync(http, StatusCodes.Status412PreconditionFailed, "If-Match is no ETag of a topology: send what GET answered, or *.");
        }
        else if (wishOf(control, control.Find(topology) ?? new TopologyState { Name = topology }) is not { } wish)
        {
            await Replies.ProblemAsync(http, StatusCodes.Status400BadRequest, "A rollback goes to a version; apply a text to '/changes'.");
        }
        else if (wish is { Version: null, Text: null } && http.Request.Path.Value!.EndsWith("/rollback", StringComparison.Ordinal))
        {
            await Replies.ProblemAsync(http, StatusCodes.Status409Conflict, "No version ran before the one that runs now.");
        }
        else
        {
            await AnswerAsync(http, control, await control.ChangeAsync(topology, wish, after, By(http), http.RequestAborted));
        }
    }

    private async Task DecideAsync(HttpContext http, ChangeVerdict verdict)
    {
        if (source() is not { } control)
        {
            await Replies.StartingAsync(http);
            return;
        }

        ControlAnswer answer = await control.DecideAsync(Route(http, "topology"), Route(http, "change"), verdict, By(http), http.RequestAborted);
        await AnswerAsync(http, control, answer);
    }

    private async Task RunAsync(HttpContext http, RunState wish)
    {
        if (source() is not { } control)
        {
            await Replies.StartingAsync(http);
            return;
        }

        string topology = Route(http, "topology");
        ControlAnswer answer = await control.RunAsync(topology, wish, By(http), http.RequestAborted);
        await AnswerAsync(http, control, answer);
    }

    // Accepted: where to look what becomes of it. Refused: why.
    private static Task AnswerAsync(HttpContext http, TopologyControl control, ControlAnswer answer)
    {
        if (answer.Outcome is not (ControlOutcome.Accepted or ControlOutcome.Unchanged))
        {
            return Replies.RefuseAsync(http, answer);
        }

        string topology = Route(http, "topology");
        TopologyState state = control.Find(topology)!;
        http.Response.StatusCode = answer.Outcome == ControlOutcome.Accepted ? StatusCodes.Status202Accepted : StatusCodes.Status200OK;
        http.Response.Headers.ETag = Tag(state);
        if (answer.Change is not { } change)
        {
            http.Response.Headers.Location = $"/v1/topologies/{topology}/status";
            return JsonAsync(http, ControlView.Of(state, control.Engine), ControlDocumentJson.Default.TopologyDocument);
        }

        http.Response.Headers.Location = $"/v1/topologies/{topology}/changes/{change.Id}";
        return JsonAsync(http, ControlView.Of(change), ControlDocumentJson.Default.ChangeDocument);
    }

    private Task OfOneAsync(HttpContext http, Func<TopologyControl, TopologyState, Task> answer)
    {
        string topology = Route(http, "topology");
        return source() is not { } control ? Replies.StartingAsync(http)
            : control.Find(topology) is { } state ? answer(control, state)
            : Replies.ProblemAsync(http, StatusCodes.Status404NotFound, $"The control log knows no topology '{topology}'; this engine runs '{control.Topology}'.");
    }

    private static bool TryReadMatch(HttpContext http, out long? after)
    {
        after = null;
        string match = http.Request.Headers.IfMatch.ToString();
        if (match.Length == 0 || match == "*")
        {
            return true;
        }

        bool isTag = match.Length > 2 && match[0] == '"' && match[^1] == '"'
            && long.TryParse(match.AsSpan(1, match.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
            && (after = sequence) is not null;
        return isTag;
    }

    private static string Tag(TopologyState state) => string.Create(CultureInfo.InvariantCulture, $"\"{state.Sequence}\"");

    private static string Route(HttpContext http, string name) => http.Request.RouteValues[name]?.ToString() ?? "";

    // There is no authentication, so this is what somebody says of themselves.
    private static string By(HttpContext http)
    {
        string said = http.Request.Headers["X-Requested-By"].ToString();
        return said.Length is > 0 and <= 100 ? said : http.Connection.RemoteIpAddress?.ToString() ?? "";
    }

    private static Task JsonAsync<T>(HttpContext http, T document, JsonTypeInfo<T> form)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        return http.Response.WriteAsync(JsonSerializer.Serialize(document, form), http.RequestAborted);
    }
}
