using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Edge.Front;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Http;

// Writes responses.
internal static class HttpWriter
{
    public static void Write(ref FrontWriter to, int status, in HttpHead request, bool closes, scoped ReadOnlySpan<byte> date,
        scoped ReadOnlySpan<byte> contentType, scoped ReadOnlySpan<byte> body)
    {
        to.Raw(StatusLine(status));
        to.Raw(contentType);
        to.Raw(date);
        if (closes)
        {
            to.Raw("Connection: close\r\n"u8);
        }
        else if (request.IsHttp10)
        {
            to.Raw("Connection: keep-alive\r\n"u8);
        }

        if (status == 405)
        {
            to.Raw(Encoding.ASCII.GetBytes(request.Method == HttpMethod.Post ? "Allow: GET, HEAD\r\n" : "Allow: POST\r\n"));
        }

        to.Raw("Content-Length: "u8);
        to.Number(body.Length);
        to.Raw("\r\n\r\n"u8);
        if (request.Method != HttpMethod.Head)
        {
            to.Raw(body);
        }
    }

    // {"error":"sentence"}
    public static byte[] Error(string sentence)
    {
        string text = JsonEncodedText.Encode(sentence).ToString();
        return Encoding.UTF8.GetBytes($"{{\"error\":\"{text}\"}}");
    }

    // A sentence for each status that has no better one.
    public static string Sentence(int status) => status switch
    {
        400 => "this is no valid HTTP/1.1 request",
        404 => "there is nothing here; try POST /v1/decide",
        405 => "this path does not know this method",
        411 => "a decision needs a body with Content-Length or Transfer-Encoding: chunked",
        413 => $"a body may have at most {HttpHeadParser.BodyBytesMax} bytes",
        414 => $"the request line may have at most {HttpHeadParser.HeadBytesMax} bytes",
        417 => "the only expectation that can be met is 100-continue",
        431 => $"the head may have at most {HttpHeadParser.HeadBytesMax} bytes and {HttpHeadParser.FieldsMax} fields",
        501 => "this method or transfer coding is not implemented",
        503 => "the edge has no complete snapshot yet",
        505 => "only HTTP/1.1 and HTTP/1.0 are spoken here",
        _ => "something went wrong",
    };

    private static ReadOnlySpan<byte> StatusLine(int status) => status switch
    {
        200 => "HTTP/1.1 200 OK\r\n"u8,
        404 => "HTTP/1.1 404 Not Found\r\n"u8,
        405 => "HTTP/1.1 405 Method Not Allowed\r\n"u8,
        411 => "HTTP/1.1 411 Length Required\r\n"u8,
        413 => "HTTP/1.1 413 Content Too Large\r\n"u8,
        414 => "HTTP/1.1 414 URI Too Long\r\n"u8,
        417 => "HTTP/1.1 417 Expectation Failed\r\n"u8,
        431 => "HTTP/1.1 431 Request Header Fields Too Large\r\n"u8,
        501 => "HTTP/1.1 501 Not Implemented\r\n"u8,
        503 => "HTTP/1.1 503 Service Unavailable\r\n"u8,
        505 => "HTTP/1.1 505 HTTP Version Not Supported\r\n"u8,
        _ => "HTTP/1.1 400 Bad Request\r\n"u8,
    };

    // The answer to a decision; returns its length. The room is DecisionBytesMax plus the outcome's texts.
    public static int Decision(Span<byte> to, in Score.Decision decision)
    {
        Score.Outcome outcome = decision.Outcome;
        int at = Put(to, 0, "{\"scope\":"u8);
        at = Put(to, at, outcome.ScopeJson.AsSpan());
        at = Put(to, at, ",\"experience\":"u8);
        at = Put(to, at, outcome.ExperienceJson.AsSpan());
        at = Put(to, at, ",\"score\":"u8);
        at = decision.IsKnown ? at + JsonBytes.Probability(to[at..], decision.Score) : Put(to, at, "null"u8);
        at = Put(to, at, ",\"modelVersion\":"u8);
        at += JsonBytes.Number(to[at..], decision.ModelVersion);
        at = Put(to, at, ",\"rule\":"u8);
        at = Put(to, at, outcome.RuleJson.AsSpan());
        at = Put(to, at, decision.IsKnown ? ",\"known\":true,\"ageMs\":"u8 : ",\"known\":false,\"ageMs\":"u8);
        at = decision.IsKnown ? at + JsonBytes.Number(to[at..], decision.AgeMs) : Put(to, at, "null"u8);
        return Put(to, at, "}"u8);
    }

    public const int DecisionBytesMax = 256;

    private static int Put(Span<byte> output, int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output[at..]);
        return at + bytes.Length;
    }
}
