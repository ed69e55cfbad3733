using System.Buffers.Binary;
using System.Globalization;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Topology.Operators.Custom;

namespace CustomOperator;

/// <summary>Lets every n-th record of a key pass, with how many there were and the sum of an amount since the last.</summary>
[Operator("every-nth")]
public sealed class EveryNth : ICustomOperator
{
    private const int Amount = 0;
    private const int Seen = 0;
    private const int Total = 1;

    private int every;

    public CustomContract Contract { get; } = new()
    {
        Options = [new CustomOption("n", "10")],
        Reads = [new CelField("amount", CelType.Double)],
        Adds = [new CelField("seen", CelType.Int), new CelField("total", CelType.Double)],
        KeepsMemory = true,
    };

    public void Configure(IReadOnlyDictionary<string, string> options)
    {
        if (!int.TryParse(options["n"], NumberStyles.None, CultureInfo.InvariantCulture, out every) || every < 1)
        {
            throw new ArgumentException($"'n' is a whole number from 1; found '{options["n"]}'");
        }
    }

    public void Process(CustomRecord record)
    {
        if (record[Amount].Kind != CelKind.Double)
        {
            throw new InvalidOperationException("the record has no amount");
        }

        // Count and sum, as the engine keeps them for this key: 8 bytes each.
        long seen = record.Memory.IsEmpty ? 0 : BinaryPrimitives.ReadInt64LittleEndian(record.Memory);
        double total = record.Memory.IsEmpty ? 0 : BinaryPrimitives.ReadDoubleLittleEndian(record.Memory[8..]);
        seen++;
        total += record[Amount].AsDouble;
        if (seen % every == 0)
        {
            record.Set(Seen, CelValue.Of(seen));
            record.Set(Total, CelValue.Of(total));
            record.Emit();
            total = 0;
        }

        Span<byte> kept = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(kept, seen);
        BinaryPrimitives.WriteDoubleLittleEndian(kept[8..], total);
        record.Keep(kept);
    }
}
