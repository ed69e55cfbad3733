namespace MixModeler.Streaming.Score;

/// <summary>Where one attribute's name and value stand in the bytes of a request.</summary>
public readonly record struct AttributeSpan(int NameStart, int NameLength, int ValueStart, int ValueLength);

/// <summary>The attributes of one request, as names and values in the request's own bytes: nothing is copied.</summary>
/// <remarks>UTF-8, already unescaped. Names are distinct; whoever parses the request refuses one that is given twice.</remarks>
public readonly ref struct RequestAttributes(ReadOnlySpan<byte> bytes, ReadOnlySpan<AttributeSpan> attributes)
{
    /// <summary>Keeps the search for a name short without a table.</summary>
    public const int CountMax = 32;

    private readonly ReadOnlySpan<byte> bytes = bytes;
    private readonly ReadOnlySpan<AttributeSpan> attributes = attributes;

    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (ref readonly AttributeSpan attribute in attributes)
        {
            if (attribute.NameLength == name.Length && bytes.Slice(attribute.NameStart, name.Length).SequenceEqual(name))
            {
                value = bytes.Slice(attribute.ValueStart, attribute.ValueLength);
                return true;
            }
        }

        value = default;
        return false;
    }
}
