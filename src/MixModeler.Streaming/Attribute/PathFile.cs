using System.Globalization;
using System.Text;
using MixModeler.Streaming.Ingest.Files;

namespace MixModeler.Streaming.Attribute;

/// <summary>What a file of paths holds, or everything that is wrong with it.</summary>
/// <param name="Table">Null where there are faults.</param>
/// <param name="Faults">With line and column; the first <see cref="PathFile.FaultsMax"/>.</param>
public sealed record PathFileResult(PathTable? Table, IReadOnlyList<RowFault> Faults);

/// <summary>
/// Reads a CSV of paths: columns `path`, `conversions`, and if one likes `value` and `nulls`, in any order; touches joined by ` > `. Fields
/// may be quoted; the delimiter is a comma, or whatever of ; tab | stands most often in the header.
/// </summary>
public static class PathFile
{
    /// <summary>More faults than somebody reads at once.</summary>
    public const int FaultsMax = 20;

    private const string Separator = " > ";
    private static readonly string[] Columns = ["path", "conversions", "value", "nulls"];

    /// <summary>Reads to the end, whatever is wrong on the way.</summary>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static async Task<PathFileResult> ReadAsync(Stream input, CancellationToken stop)
    {
        using RowSplitter rows = new(input);
        byte delimiter = CsvHeader.DelimiterOf((await rows.PeekAsync(CsvHeader.PeekBytes, stop).ConfigureAwait(false)).Span);
        rows.Delimit(delimiter);
        Reader? reader = null;
        while ((reader is null || reader.Faults.Count < FaultsMax) && await rows.ReadAsync(stop).ConfigureAwait(false))
        {
            FileRow row = rows.Row;
            if (row.IsBlank)
            {
                continue;
            }

            if (reader is not null)
            {
                reader.Read(in row, delimiter);
            }
            else if (!TryHeader(in row, delimiter, out reader, out RowFault? fault))
            {
                return new PathFileResult(null, [fault!]);
            }
        }

        if (reader is null)
        {
            return new PathFileResult(null, [new RowFault(1, 1, "the file is empty; its first line names the columns path, conversions, value, nulls")]);
        }

        if (reader.Faults.Count == 0 && reader.Table.Rows.Count == 0)
        {
            return new PathFileResult(null, [new RowFault(1, 1, "there is no path in the file, only its header")]);
        }

        return new PathFileResult(reader.Faults.Count == 0 ? reader.Table : null, reader.Faults);
    }

    private static bool TryHeader(in FileRow row, byte delimiter, out Reader? reader, out RowFault? fault)
    {
        reader = null;
        fault = row.Fault;
        if (fault is not null || CsvHeader.Read(in row, delimiter, out fault) is not { } names)
        {
            return false;
        }

        if (names.FirstOrDefault(name => !Columns.Contains(name)) is { } unknown)
        {
            fault = new RowFault(row.Line, 1, $"there is no column '{unknown}': the columns are {string.Join(", ", Columns)}");
            return false;
        }

        if (Columns[..2].FirstOrDefault(column => !names.Contains(column)) is { } missing)
        {
            fault = new RowFault(row.Line, 1, $"the column '{missing}' is missing");
            return false;
        }

        reader = new Reader([.. Columns.Select(column => Array.IndexOf(names, column))], names.Length);
        return true;
    }

    private sealed class Reader(int[] places, int width)
    {
        private readonly CsvFields fields = new();
        private readonly List<int> touches = [];

        public PathTable Table { get; } = new();

        public List<RowFault> Faults { get; } = [];

        public void Read(in FileRow row, byte delimiter)
        {
            if (row.Fault is not null)
            {
                Faults.Add(row.Fault);
                return;
            }

            ReadOnlySpan<byte> bytes = row.Bytes.Span;
            fields.Split(bytes, delimiter);
            if (fields.Count != width)
            {
                int at = fields.Count > width ? fields.PlaceOf(width) : bytes.Length;
                Faults.Add(RowFault.At(row.Line, bytes, at, $"the row has {fields.Count} fields, the header {width} columns"));
                return;
            }

            int before = Faults.Count;
            ReadPath(in row);
            double conversions = Number(in row, 1, isNeeded: true);
            double value = Number(in row, 2, isNeeded: false);
            double nulls = Number(in row, 3, isNeeded: false);
            if (Faults.Count == before && value > 0 && conversions <= 0)
            {
                Fault(in row, 2, "a value without a conversion");
            }

            if (Faults.Count == before)
            {
                Table.Add(new PathRow([.. touches], conversions, value, nulls));
            }
        }

        private void ReadPath(in FileRow row)
        {
            touches.Clear();
            ReadOnlySpan<char> path = Encoding.UTF8.GetString(fields[places[0]]);
            foreach (Range range in path.Split(Separator))
            {
                ReadOnlySpan<char> name = path[range].Trim();
                if (name.IsEmpty || name[0] == '>' || name[^1] == '>')
                {
                    Fault(in row, 0, touches.Count == 0 && path.Trim().IsEmpty
                        ? "the path is empty"
                        : $"touch {touches.Count + 1} of the path has no name; touches are joined by ' > '");
                    return;
                }

                touches.Add(Table.Channels.Intern(name));
            }
        }

        private double Number(in FileRow row, int column, bool isNeeded)
        {
            if (places[column] < 0)
            {
                return 0;
            }

            ReadOnlySpan<byte> text = fields[places[column]].Trim(" \t"u8);
            if (text.IsEmpty && !isNeeded)
            {
                return 0;
            }

            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number) || number < 0)
            {
                Fault(in row, column, $"'{Encoding.UTF8.GetString(text)}' is no number of {Columns[column]}: a finite one that is not negative is expected");
                return 0;
            }

            return number;
        }

        private void Fault(in FileRow row, int column, string sentence) =>
            Faults.Add(RowFault.At(row.Line, row.Bytes.Span, fields.PlaceOf(places[column]), sentence));
    }
}
