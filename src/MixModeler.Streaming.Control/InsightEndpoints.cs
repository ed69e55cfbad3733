using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MixModeler.Streaming.Measure;

namespace MixModeler.Streaming.Control;

/// <summary>`/v1/insights…`: questions to the models that run. An answer's ETag is the model's version.</summary>
internal sealed class InsightEndpoints
{
    private readonly Func<IMeasurements?> source;

    private InsightEndpoints(Func<IMeasurements?> source) => this.source = source;

    /// <param name="routes">Of the control port.</param>
    /// <param name="source">Null while the engine does not know yet what it runs.</param>
    public static void Map(IEndpointRouteBuilder routes, Func<IMeasurements?> source)
    {
        InsightEndpoints endpoints = new(source);
        routes.MapGet("/v1/insights", endpoints.ListAsync);
        routes.MapGet("/v1/insights/mixes/{name}/{question}", http => endpoints.AnswerAsync(http, isMix: true));
        routes.MapGet("/v1/insights/attributions/{name}/{question}", http => endpoints.AnswerAsync(http, isMix: false));
    }

    private Task ListAsync(HttpContext http)
    {
        if (source() is not { } its)
        {
            return Replies.StartingAsync(http);
        }

        Insight list = new("list", "", "");
        list.Tables.Add(InsightList.Of(its));
        return WriteAsync(http, InsightText.ToJson(list), "application/json");
    }

    private async Task AnswerAsync(HttpContext http, bool isMix)
    {
        if (source() is not { } its)
        {
            await Replies.StartingAsync(http);
            return;
        }

        string[] unknown = [.. http.Request.Query.Keys.Except([.. InsightQuery.Words, "format", "table"])];
        string format = http.Request.Query["format"].FirstOrDefault() ?? "json";
        if (unknown.Length > 0 || format is not ("json" or "csv"))
        {
            await Replies.ProblemAsync(http, StatusCodes.Status400BadRequest, unknown.Length > 0
                ? $"There is no parameter '{unknown[0]}', there is {string.Join(", ", InsightQuery.Words)}, format, table."
                : $"Format: '{format}' is neither json nor csv.");
            return;
        }

        (string name, string question) = (Route(http, "name"), Route(http, "question"));
        InsightDesk desk = new(its);
        Func<string, string?> word = each => http.Request.Query[each].FirstOrDefault();
        InsightAnswer answer;
        try
        {
            answer = isMix
                ? await desk.OfMixAsync(name, question, word, http.RequestAborted)
                : await desk.OfAttributionAsync(name, question, word, http.RequestAborted);
        }
        catch (TaskLostException away)
        {
            await Replies.ProblemAsync(http, StatusCodes.Status503ServiceUnavailable, away.Message);
            return;
        }

        if (answer.Compute is null)
        {
            int status = answer.Absent is null ? StatusCodes.Status400BadRequest : StatusCodes.Status404NotFound;
            string sentence = answer.Absent ?? string.Join("; ", answer.Problems);
            await Replies.ProblemAsync(http, status, $"{char.ToUpperInvariant(sentence[0])}{sentence[1..].TrimEnd('.')}.");
            return;
        }

        string tag = $"\"{answer.Version}\"";
        http.Response.Headers.ETag = tag;
        if (http.Request.Headers.IfNoneMatch.ToString().Split(',').Any(known => known.Trim() == tag))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await WriteAsync(http, answer.Compute(), format);
    }

    private static async Task WriteAsync(HttpContext http, Insight insight, string format)
    {
        string? table = http.Request.Query["table"].FirstOrDefault();
        if (table is not null && insight.Tables.All(each => each.Name != table))
        {
            await Replies.ProblemAsync(
                http, StatusCodes.Status404NotFound,
                $"The answer has no table '{table}', it has {string.Join(", ", insight.Tables.Select(each => each.Name))}.");
            return;
        }

        await (format == "json"
            ? WriteAsync(http, InsightText.ToJson(insight), "application/json")
            : WriteAsync(http, System.Text.Encoding.UTF8.GetBytes(InsightText.ToCsv(insight, table)), "text/csv"));
    }

    private static Task WriteAsync(HttpContext http, byte[] text, string type)
    {
        http.Response.ContentType = $"{type}; charset=utf-8";
        return http.Response.Body.WriteAsync(text, http.RequestAborted).AsTask();
    }

    private static string Route(HttpContext http, string name) => http.Request.RouteValues[name]?.ToString() ?? "";
}
