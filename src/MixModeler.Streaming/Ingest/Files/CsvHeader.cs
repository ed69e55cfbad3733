using System.Text;

namespace MixModeler.Streaming.Ingest.Files;

/// <summary>The columns of a file, from its first row.</summary>
internal static class CsvHeader
{
    /// <summary>More of one line than any header needs, to tell the delimiter by.</summary>
    public const int PeekBytes = 64 * 1_024;

    // Wider tables are no marketing data, and each column costs memory.
    private const int ColumnsMax = 10_000;

    private static readonly byte[] Delimiters = ",;\t|"u8.ToArray();

    /// <summary>The one that stands most often in the first line outside of quotes; a comma where none does.</summary>
    public static byte DelimiterOf(ReadOnlySpan<byte> beginning)
    {
        Span<int> counts = stackalloc int[Delimiters.Length];
        bool isQuoted = false;
        foreach (byte b in beginning.TrimStart("\r\n"u8))
        {
            isQuoted ^= b == '"';
            if (!isQuoted && b is (byte)'\n' or (byte)'\r')
            {
                break;
            }

            int found = isQuoted ? -1 : Array.IndexOf(Delimiters, b);
            if (found >= 0)
            {
                counts[found]++;
            }
        }

        int best = 0;
        for (int i = 1; i < counts.Length; i++)
        {
            best = counts[i] > counts[best] ? i : best;
        }

        return Delimiters[best];
    }

    /// <summary>The names, or what is wrong with them.</summary>
    public static string[]? Read(in FileRow row, byte delimiter, out RowFault? fault)
    {
        ReadOnlySpan<byte> bytes = row.Bytes.Span;
        CsvFields fields = new();
        fields.Split(bytes, delimiter);
        if (fields.Count > ColumnsMax)
        {
            fault = new RowFault(row.Line, 1, $"the header names {fields.Count} columns, more than {ColumnsMax}");
            return null;
        }

        string[] names = new string[fields.Count];
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = Encoding.UTF8.GetString(fields[i]).Trim();
            string? problem = names[i].Length == 0 ? $"column {i + 1} of the header has no name"
                : !seen.TryAdd(names[i], i) ? $"column {i + 1} of the header has the name of column {seen[names[i]] + 1}, '{names[i]}'"
                : null;
            if (problem is not null)
            {
                fault = RowFault.At(row.Line, bytes, fields.PlaceOf(i), problem);
                return null;
            }
        }

        // A path is split at its dots when it is looked up, so a value cannot have others below it.
        for (int i = 0; i < names.Length; i++)
        {
            for (int dot = names[i].IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = names[i].IndexOf('.', dot + 1))
            {
                if (seen.TryGetValue(names[i][..dot], out int above))
                {
                    fault = RowFault.At(row.Line, bytes, fields.PlaceOf(i), $"column '{names[i]}' would lie inside of column '{names[above]}'");
                    return null;
                }
            }
        }

        fault = null;
        return names;
    }
}
