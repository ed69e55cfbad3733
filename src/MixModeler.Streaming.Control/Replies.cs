using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.Topology.Diff;

namespace MixModeler.Streaming.Control;

/// <summary>Answers to what cannot be done: problem details (RFC 9457), a sentence for people and places for editors.</summary>
internal static class Replies
{
    public static Task StartingAsync(HttpContext http)
    {
        http.Response.Headers.RetryAfter = "1";
        return ProblemAsync(http, StatusCodes.Status503ServiceUnavailable, "The engine has not read the control log yet.");
    }

    public static Task RefuseAsync(HttpContext http, ControlAnswer answer)
    {
        int status = answer.Outcome switch
        {
            ControlOutcome.Invalid => StatusCodes.Status400BadRequest,
            ControlOutcome.NotFound => StatusCodes.Status404NotFound,
            ControlOutcome.Conflict => StatusCodes.Status409Conflict,
            ControlOutcome.Stale => StatusCodes.Status412PreconditionFailed,
            ControlOutcome.Elsewhere => StatusCodes.Status421MisdirectedRequest,
            _ => StatusCodes.Status503ServiceUnavailable,
        };
        return WriteAsync(http, new ProblemReply
        {
            Title = ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = answer.Sentence,
            Problems = answer.Problems.Count == 0
                ? null
                : [.. answer.Problems.Select(each => new PlacedProblem(each.File, each.Line, each.Column, each.Message))],
            Change = answer.Change?.Id,
            Text = answer.Diff is { } diff ? DiffText.Table(diff) : null,
        });
    }

    public static Task ProblemAsync(HttpContext http, int status, string detail) =>
        WriteAsync(http, new ProblemReply { Title = ReasonPhrases.GetReasonPhrase(status), Status = status, Detail = detail });

    /// <summary>For answers without a body, such as that of a path or a method that does not exist.</summary>
    public static Task BareAsync(StatusCodeContext context) =>
        ProblemAsync(context.HttpContext, context.HttpContext.Response.StatusCode, context.HttpContext.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => "There is nothing at this path.",
            StatusCodes.Status405MethodNotAllowed => $"{context.HttpContext.Request.Method} is not possible here; the header Allow tells what is.",
            _ => "",
        });

    /// <summary>For what nobody has foreseen; the body tells nothing of the inside.</summary>
    public static Task FailedAsync(HttpContext http) => http.Features.Get<IExceptionHandlerFeature>()?.Error switch
    {
        BadHttpRequestException bad => ProblemAsync(http, bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge
            ? $"The body is larger than {RequestBody.BytesMax:N0} bytes."
            : "The request is malformed."),
        OperationCanceledException => Task.CompletedTask,
        _ => ProblemAsync(http, StatusCodes.Status500InternalServerError, "The engine failed to answer; its log tells more."),
    };

    private static Task WriteAsync(HttpContext http, ProblemReply reply)
    {
        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = "application/problem+json; charset=utf-8";
        return http.Response.WriteAsync(JsonSerializer.Serialize(reply, ProblemJson.Readable.ProblemReply), http.RequestAborted);
    }
}

internal sealed record ProblemReply
{
    public string Type { get; set; } = "about:blank";

    public string Title { get; set; } = "";

    public int Status { get; set; }

    public string? Detail { get; set; }

    /// <summary>Where a topology is wrong.</summary>
    public PlacedProblem[]? Problems { get; set; }

    /// <summary>The change that stands in the way.</summary>
    public string? Change { get; set; }

    /// <summary>What the change would have done, as a table.</summary>
    public string? Text { get; set; }
}

internal sealed record PlacedProblem(string File, int Line, int Column, string Message);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ProblemReply))]
internal sealed partial class ProblemJson : JsonSerializerContext
{
    /// <summary>Quotes as they are: the answers are read by people, and are no part of a page.</summary>
    public static ProblemJson Readable =>
        field ??= new ProblemJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
