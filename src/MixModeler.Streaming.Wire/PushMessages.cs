using System.Text;

namespace MixModeler.Streaming.Wire;

/// <summary>The edge introduces itself.</summary>
/// <param name="Edge">Its name, for people.</param>
/// <param name="EdgeStart">Drawn anew at each start of the edge: batches of decisions are numbered within it.</param>
/// <param name="Hub">The hub instance it last spoke with, 0 = none.</param>
/// <param name="Sequence">Up to where it has that instance's rows.</param>
public readonly record struct HelloMessage(string Edge, ulong EdgeStart, ulong Hub, long Sequence)
{
    /// <summary>Both ends must speak the same version; there is no negotiation.</summary>
    public const uint ProtocolVersion = 1;

    private const int EdgeBytesMax = 256;

    public void Write(PackedWriter output)
    {
        output.UInt32(ProtocolVersion);
        output.Bytes(Encoding.UTF8.GetBytes(Edge));
        output.UInt64(EdgeStart);
        output.UInt64(Hub);
        output.Int64(Sequence);
    }

    /// <exception cref="InvalidDataException">Malformed, or another version of the protocol.</exception>
    public static HelloMessage Read(ReadOnlySpan<byte> payload)
    {
        PackedReader input = new(payload);
        uint version = input.UInt32();
        if (version != ProtocolVersion)
        {
            throw new InvalidDataException($"push link: the edge speaks version {version}, this hub {ProtocolVersion}");
        }

        ReadOnlySpan<byte> edge = input.Bytes();
        if (edge.Length > EdgeBytesMax)
        {
            throw new InvalidDataException($"push link: an edge's name has at most {EdgeBytesMax} bytes");
        }

        return new HelloMessage(Encoding.UTF8.GetString(edge), input.UInt64(), input.UInt64(), input.Int64());
    }
}

/// <summary>The hub answers.</summary>
/// <param name="Hub">This instance of the hub; sequence numbers count within it.</param>
/// <param name="Resumes">True: rows continue after the sequence that the edge named. False: a snapshot from 0 follows.</param>
/// <param name="HeadSequence">The newest change at this moment.</param>
public readonly record struct WelcomeMessage(ulong Hub, bool Resumes, long HeadSequence)
{
    public void Write(PackedWriter output)
    {
        output.UInt64(Hub);
        output.Byte(Resumes ? (byte)1 : (byte)0);
        output.Int64(HeadSequence);
    }

    public static WelcomeMessage Read(ReadOnlySpan<byte> payload)
    {
        PackedReader input = new(payload);
        return new WelcomeMessage(input.UInt64(), input.Byte() != 0, input.Int64());
    }
}

/// <summary>The hub is there, and this is how far it is.</summary>
/// <param name="HubMs">The hub's wall clock, ms since 1970.</param>
/// <param name="HeadSequence">The newest change.</param>
/// <param name="EventMs">Time of the newest event that the hub has seen, ms since 1970.</param>
public readonly record struct HeartbeatMessage(long HubMs, long HeadSequence, long EventMs)
{
    public void Write(PackedWriter output)
    {
        output.Int64(HubMs);
        output.Int64(HeadSequence);
        output.Int64(EventMs);
    }

    public static HeartbeatMessage Read(ReadOnlySpan<byte> payload)
    {
        PackedReader input = new(payload);
        return new HeartbeatMessage(input.Int64(), input.Int64(), input.Int64());
    }
}
