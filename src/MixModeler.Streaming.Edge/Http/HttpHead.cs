namespace MixModeler.Streaming.Edge.Http;

// The methods that HTTP defines; whatever else is a token is Other.
internal enum HttpMethod
{
    Other,
    Get,
    Head,
    Post,
    Put,
    Delete,
    Patch,
    Options,
    Trace,
    Connect,
}

// How the body's end is known.
internal enum HttpFraming
{
    None,
    Length,
    Chunked,
}

// The head of a request: what of it matters here.
internal struct HttpHead
{
    public HttpMethod Method;

    // Of the target, without a query.
    public int PathStart;
    public int PathLength;
    public bool IsHttp10;
    public bool KeepsAlive;
    public bool ExpectsContinue;
    public HttpFraming Framing;
    public int ContentLength;

    // Bytes of the head with its empty line.
    public int Length;
}
