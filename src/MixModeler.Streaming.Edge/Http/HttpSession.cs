using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Edge.Front;
using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Edge.Http;

// Decision path: Answer and Decide. Budget: 0 B per decision. Measured by `bench edge`.

/// <summary>One HTTP/1.1 connection: POST /v1/decide, GET /health, /ready, /metrics, /v1/status.</summary>
internal sealed class HttpSession(Decider decider, EdgeMonitor monitor, EdgeState state, FrontConnections connections) : IFrontSession
{
    private const int FlushBytes = 64 * 1_024;

    private readonly DecideRequest request = new();
    private byte[] body = new byte[512];
    private byte[] answer = new byte[1_024];
    private bool saidContinue;

    private enum Route
    {
        None,
        Decide,
        Health,
        Ready,
        Metrics,
        Status,
    }

    public FrontStep Answer(ReadOnlySpan<byte> bytes, PipeWriter output, long nowMs, out int consumed)
    {
        FrontWriter reply = new(output);
        FrontStep step = FrontStep.Read;
        consumed = 0;
        while (consumed < bytes.Length && step == FrontStep.Read)
        {
            step = AnswerOne(bytes[consumed..], ref reply, nowMs, out int length);
            if (length == 0)
            {
                break;
            }

            consumed += length;
            if (reply.Written > FlushBytes && step == FrontStep.Read)
            {
                step = FrontStep.FlushFirst;
            }
        }

        reply.Commit();
        return step;
    }

    // Length 0: the request is not complete, or its end cannot be known.
    private FrontStep AnswerOne(ReadOnlySpan<byte> bytes, ref FrontWriter reply, long nowMs, out int length)
    {
        length = 0;
        int status = new HttpHeadParser(bytes).Parse(out HttpHead head);
        if (status != HttpHeadParser.Complete)
        {
            return status == HttpHeadParser.Incomplete ? FrontStep.Read : Refuse(ref reply, status, in head);
        }

        Route route = RouteOf(bytes.Slice(head.PathStart, head.PathLength));
        status = Admit(route, in head);
        if (status == 411 || status == 501)
        {
            return Refuse(ref reply, status, in head);
        }

        int framed = ReadBody(bytes[head.Length..], in head, ref reply, out ReadOnlySpan<byte> content, out int bodyLength);
        if (framed != HttpHeadParser.Complete)
        {
            return framed == HttpHeadParser.Incomplete ? FrontStep.Read : Refuse(ref reply, framed, in head);
        }

        saidContinue = false;
        length = head.Length + bodyLength;
        if (status != HttpHeadParser.Complete)
        {
            Json(ref reply, status, in head, HttpWriter.Error(HttpWriter.Sentence(status)));
        }
        else if (route == Route.Decide)
        {
            Decide(content, ref reply, in head, nowMs);
        }
        else
        {
            Tell(route, ref reply, in head);
        }

        return head.KeepsAlive ? FrontStep.Read : FrontStep.Close;
    }

    // Whether this path takes this method, before the body is looked at.
    private static int Admit(Route route, in HttpHead head)
    {
        if (head.Method == HttpMethod.Other)
        {
            return 501;
        }

        if (route == Route.None)
        {
            return 404;
        }

        bool isRead = head.Method is HttpMethod.Get or HttpMethod.Head;
        if (route != Route.Decide)
        {
            return isRead ? HttpHeadParser.Complete : 405;
        }

        if (head.Method != HttpMethod.Post)
        {
            return 405;
        }

        return head.Framing == HttpFraming.None ? 411 : HttpHeadParser.Complete;
    }

    private int ReadBody(
        ReadOnlySpan<byte> bytes, in HttpHead head, ref FrontWriter reply, out ReadOnlySpan<byte> content, out int length)
    {
        content = default;
        length = 0;
        int status;
        if (head.Framing == HttpFraming.Chunked)
        {
            status = ChunkedBody.Decode(bytes, ref body, out int decoded, out length);
            content = body.AsSpan(0, decoded);
        }
        else
        {
            status = bytes.Length < head.ContentLength ? HttpHeadParser.Incomplete : HttpHeadParser.Complete;
            if (status == HttpHeadParser.Complete)
            {
                length = head.ContentLength;
                content = bytes[..length];
            }
        }

        if (status == HttpHeadParser.Incomplete && head.ExpectsContinue && bytes.IsEmpty && !saidContinue)
        {
            saidContinue = true;
            reply.Raw("HTTP/1.1 100 Continue\r\n\r\n"u8);
        }

        return status;
    }

    private void Decide(scoped ReadOnlySpan<byte> content, ref FrontWriter reply, in HttpHead head, long nowMs)
    {
        string? problem = request.Read(content);
        if (problem is not null)
        {
            Json(ref reply, 400, in head, HttpWriter.Error(problem));
            return;
        }

        switch (decider.Decide(request.Scope, request.Visitor, request.Attributes, nowMs, out Decision decision))
        {
            case DecideOutcome.NotReady:
                Json(ref reply, 503, in head, HttpWriter.Error(HttpWriter.Sentence(503)));
                break;
            case DecideOutcome.UnknownScope:
                Json(ref reply, 404, in head, HttpWriter.Error($"there is no scope '{Encoding.UTF8.GetString(request.Scope)}'"));
                break;
            default:
                int room = HttpWriter.DecisionBytesMax + decision.Outcome.ScopeJson.Length
                    + decision.Outcome.ExperienceJson.Length + decision.Outcome.RuleJson.Length;
                if (answer.Length < room)
                {
                    answer = new byte[room];
                }

                Json(ref reply, 200, in head, answer.AsSpan(0, HttpWriter.Decision(answer, in decision)));
                break;
        }
    }

    private void Tell(Route route, ref FrontWriter reply, in HttpHead head)
    {
        switch (route)
        {
            case Route.Health:
                Json(ref reply, 200, in head, "{\"healthy\":true}"u8);
                break;
            case Route.Ready when state.Image is { IsReady: true }:
                Json(ref reply, 200, in head, "{\"ready\":true}"u8);
                break;
            case Route.Ready:
                Json(ref reply, 503, in head, HttpWriter.Error(HttpWriter.Sentence(503)));
                break;
            case Route.Metrics:
                HttpWriter.Write(ref reply, 200, in head, !head.KeepsAlive, connections.DateLine,
                    "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"u8, Encoding.UTF8.GetBytes(monitor.Prometheus()));
                break;
            default:
                Json(ref reply, 200, in head, JsonSerializer.SerializeToUtf8Bytes(monitor.Read(), EdgeJson.Default.EdgeStatus));
                break;
        }
    }

    private FrontStep Refuse(ref FrontWriter reply, int status, in HttpHead head)
    {
        HttpHead shown = head;
        shown.KeepsAlive = false;
        Json(ref reply, status, in shown, HttpWriter.Error(HttpWriter.Sentence(status)));
        return FrontStep.CloseAfterError;
    }

    private void Json(ref FrontWriter reply, int status, in HttpHead head, scoped ReadOnlySpan<byte> json) =>
        HttpWriter.Write(
            ref reply, status, in head, !head.KeepsAlive, connections.DateLine, "Content-Type: application/json\r\n"u8, json);

    private static Route RouteOf(ReadOnlySpan<byte> path) =>
        path.SequenceEqual("/v1/decide"u8) ? Route.Decide
        : path.SequenceEqual("/health"u8) ? Route.Health
        : path.SequenceEqual("/ready"u8) ? Route.Ready
        : path.SequenceEqual("/metrics"u8) ? Route.Metrics
        : path.SequenceEqual("/v1/status"u8) ? Route.Status
        : Route.None;
}
