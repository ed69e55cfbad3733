using System.IO.Pipelines;
using System.Text.Unicode;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Edge.Front;
using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Edge.Resp;

// Decision path: Answer and Decide. Budget: 0 B per MM.DECIDE. Measured by `bench edge`.

/// <summary>
/// One connection that speaks the Redis protocol, so that any Redis client is a client of the edge.
/// `MM.DECIDE scope visitor [name value …]` decides; `GET visitor` is the visitor's score; the rest is what clients send when
/// they connect (<see cref="RespHandshake"/>).
/// </summary>
internal sealed class RespSession(Decider decider, EdgeMonitor monitor, EdgeState state, long id) : IFrontSession
{
    // Answers of one flush: keeps a client that asks for much and reads little from filling the memory.
    private const int FlushBytes = 64 * 1_024;

    private readonly RespHandshake handshake = new(monitor, state, id);
    private ArgumentSpan[] arguments = new ArgumentSpan[16];
    private byte[] words = [];

    public FrontStep Answer(ReadOnlySpan<byte> bytes, PipeWriter output, long nowMs, out int consumed)
    {
        FrontWriter reply = new(output);
        FrontStep step = FrontStep.Read;
        consumed = 0;
        while (consumed < bytes.Length && step == FrontStep.Read)
        {
            ReadOnlySpan<byte> rest = bytes[consumed..];
            bool isInline = rest[0] != '*';
            RespParse outcome = isInline
                ? InlineParser.Parse(rest, ref words, ref arguments, out int count, out int length, out string problem)
                : RespParser.Parse(rest, ref arguments, out count, out length, out problem);
            if (outcome == RespParse.Incomplete)
            {
                break;
            }

            if (outcome == RespParse.Malformed)
            {
                RespWriter.Error(ref reply, $"ERR Protocol error: {problem}");
                step = FrontStep.CloseAfterError;
                break;
            }

            consumed += length;
            if (outcome == RespParse.Request)
            {
                RespRequest request = new(isInline ? words : rest, arguments.AsSpan(0, count));
                step = Execute(in request, ref reply, nowMs);
            }

            if (reply.Written > FlushBytes && step == FrontStep.Read)
            {
                step = FrontStep.FlushFirst;
            }
        }

        reply.Commit();
        return step;
    }

    private FrontStep Execute(in RespRequest request, ref FrontWriter reply, long nowMs)
    {
        if (handshake.IsSubscribed && !RespHandshake.MayRunSubscribed(in request))
        {
            RespWriter.Error(ref reply, $"ERR Can't execute '{RespHandshake.Shown(request.Text(0))}': only (P|S)SUBSCRIBE / "
                + "(P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context");
            return FrontStep.Read;
        }

        if (request.Is(0, "MM.DECIDE"u8))
        {
            Decide(in request, ref reply, nowMs);
            return FrontStep.Read;
        }

        if (request.Is(0, "GET"u8))
        {
            Get(in request, ref reply, nowMs);
            return FrontStep.Read;
        }

        return handshake.Execute(in request, ref reply, nowMs);
    }

    private void Decide(in RespRequest request, ref FrontWriter reply, long nowMs)
    {
        if (request.Count < 3 || request.Count % 2 == 0)
        {
            RespHandshake.WrongArguments(ref reply, "mm.decide");
            return;
        }

        ReadOnlySpan<byte> visitor = request[2];
        if (visitor.Length is 0 or > Decider.VisitorBytesMax || !Utf8.IsValid(visitor))
        {
            RespWriter.Error(ref reply, $"ERR the visitor must be 1 to {Decider.VisitorBytesMax} bytes of UTF-8");
            return;
        }

        Span<AttributeSpan> room = stackalloc AttributeSpan[RequestAttributes.CountMax];
        int count = (request.Count - 3) / 2;
        if (count > RequestAttributes.CountMax || !TryCollect(in request, room[..count]))
        {
            RespWriter.Error(ref reply, $"ERR at most {RequestAttributes.CountMax} attributes, each given once");
            return;
        }

        RequestAttributes attributes = new(request.Bytes, room[..count]);
        DecideOutcome outcome = decider.Decide(request[1], visitor, attributes, nowMs, out Decision decision);
        if (outcome == DecideOutcome.Decided)
        {
            DecisionReply.Write(ref reply, in decision, handshake.IsResp3);
        }
        else
        {
            RespWriter.Error(ref reply, outcome == DecideOutcome.NotReady
                ? "LOADING the edge has no complete snapshot yet"
                : $"ERR there is no scope '{RespHandshake.Shown(request.Text(1))}'");
        }
    }

    private static bool TryCollect(in RespRequest request, Span<AttributeSpan> attributes)
    {
        for (int i = 0; i < attributes.Length; i++)
        {
            ArgumentSpan name = request.At(3 + 2 * i);
            ArgumentSpan value = request.At(4 + 2 * i);
            attributes[i] = new AttributeSpan(name.Start, name.Length, value.Start, value.Length);
            if (new RequestAttributes(request.Bytes, attributes[..i]).TryGet(request[3 + 2 * i], out _))
            {
                return false;
            }
        }

        return true;
    }

    private void Get(in RespRequest request, ref FrontWriter reply, long nowMs)
    {
        if (request.Count != 2)
        {
            RespHandshake.WrongArguments(ref reply, "get");
        }
        else if (state.Image is { IsReady: true } && decider.TryScore(request[1], nowMs, out double score))
        {
            Span<byte> digits = stackalloc byte[Wire.JsonBytes.NumberBytesMax];
            RespWriter.Bulk(ref reply, digits[..Wire.JsonBytes.Probability(digits, score)]);
        }
        else
        {
            RespWriter.Null(ref reply, handshake.IsResp3);
        }
    }
}
