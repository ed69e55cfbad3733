namespace MixModeler.Streaming.Score.Cel;

/// <summary>Why an expression has no value.</summary>
public enum CelErrorCode
{
    None,
    NoSuchOverload,
    NoSuchKey,
    UndeclaredName,
    UnknownFunction,
    Overflow,
    DivisionByZero,
    IndexOutOfRange,
    InvalidArgument,
    DuplicateKey,
    UnsupportedKey,
    LimitExceeded,
}

/// <summary>An error as a value: what went wrong, about what, and where in the expression's text.</summary>
/// <param name="Code">The kind of error.</param>
/// <param name="Offset">The place in the expression, in UTF-16 characters from its beginning.</param>
/// <param name="Detail">What it is about: an operator, a key, a reason.</param>
public readonly record struct CelError(CelErrorCode Code, int Offset, string Detail)
{
    /// <summary>One sentence without its place.</summary>
    public string Message => Code switch
    {
        CelErrorCode.NoSuchOverload => $"no such overload: {Detail}",
        CelErrorCode.NoSuchKey => $"no such key: {Detail}",
        CelErrorCode.UndeclaredName => $"undeclared reference to '{Detail}'",
        CelErrorCode.UnknownFunction => $"no function '{Detail}' takes these arguments",
        CelErrorCode.Overflow => $"out of range: {Detail}",
        CelErrorCode.DivisionByZero => $"{Detail} by zero",
        CelErrorCode.IndexOutOfRange => $"index out of range: {Detail}",
        CelErrorCode.DuplicateKey => $"a map has the key {Detail} twice",
        CelErrorCode.UnsupportedKey => $"a map's key is an int, uint, bool or string, not {Detail}",
        CelErrorCode.LimitExceeded => $"limit exceeded: {Detail}",
        _ => Detail,
    };

    public override string ToString() => Message;
}
