using System.Text;

namespace MixModeler.Streaming.Ingest.Files;

/// <summary>Rows of a CSV file as records; an empty field is no member.</summary>
internal sealed class CsvRecords : IRowRecords
{
    private readonly string[] names;
    private readonly byte delimiter;
    private readonly RowNaming naming;
    private readonly CsvColumn tree;
    private readonly CsvFields fields = new();
    private readonly RecordText text = new();
    private readonly RowIds ids = new();
    private readonly byte[][] utf8Names;
    private readonly int[] inNameOrder;
    private readonly int[] rowKeyColumns;
    private readonly string?[] rowKey;
    private readonly int idColumn;
    private readonly int externalKeyColumn;
    private readonly int datasetColumn;
    private readonly int dateColumn;

    public CsvRecords(string[] names, byte delimiter, RowNaming naming)
    {
        this.names = names;
        this.delimiter = delimiter;
        this.naming = naming;
        tree = CsvColumn.Tree(names, naming.Form.TextPaths);
        utf8Names = [.. names.Select(Encoding.UTF8.GetBytes)];
        inNameOrder = [.. Enumerable.Range(0, names.Length).OrderBy(i => names[i], StringComparer.Ordinal)];
        rowKeyColumns = [.. naming.Form.RowKeyPaths.Select(path => Array.IndexOf(names, path))];
        rowKey = new string?[rowKeyColumns.Length];
        idColumn = Array.IndexOf(names, "_id");
        externalKeyColumn = Array.IndexOf(names, JsonRecords.ExternalKeyPath);
        datasetColumn = Array.IndexOf(names, "dataset");
        dateColumn = Array.IndexOf(names, naming.Form.DatePath);
    }

    public bool IsEmpty { get; private set; }

    public string Key { get; private set; } = "";

    public ReadOnlySpan<byte> Value => text.Written;

    public string FaultReason => "malformed-csv";

    public RowFault? Read(in FileRow row)
    {
        IsEmpty = row.IsBlank && names.Length > 1;
        if (IsEmpty || row.Fault is not null)
        {
            return row.Fault;
        }

        ReadOnlySpan<byte> bytes = row.Bytes.Span;
        fields.Split(bytes, delimiter);
        if (fields.Count != names.Length)
        {
            bool isMore = fields.Count > names.Length;
            return RowFault.At(
                row.Line,
                bytes,
                isMore ? fields.PlaceOf(names.Length) : bytes.Length,
                $"the row has {fields.Count} field{(fields.Count == 1 ? "" : "s")}, the header {names.Length} columns");
        }

        IsEmpty = Enumerable.Range(0, names.Length).All(i => fields[i].IsEmpty);
        if (IsEmpty)
        {
            return null;
        }

        if (TextOf(datasetColumn) is { } other && other != naming.Form.Dataset)
        {
            return RowFault.At(row.Line, bytes, fields.PlaceOf(datasetColumn), $"the row names another dataset, '{other}'");
        }

        return Write() is { } problem ? new RowFault(row.Line, 1, problem) : null;
    }

    public void Dispose()
    {
        text.Dispose();
        ids.Dispose();
    }

    private string? Write()
    {
        string? id = TextOf(idColumn);
        string? externalKey = TextOf(externalKeyColumn);
        string? made = naming.NeedsId(id, externalKey) ? MakeId() : null;
        text.Begin(naming.Form, made);
        tree.WriteMembers(text.Json, fields, datasetColumn);
        string? problem = text.End();
        for (int i = 0; i < rowKey.Length; i++)
        {
            rowKey[i] = TextOf(rowKeyColumns[i]);
        }

        Key = naming.KeyOf(id ?? made, externalKey, rowKey, TextOf(dateColumn), text.Written);
        return problem;
    }

    // In the order of the names: columns that changed places are the same content.
    private string MakeId()
    {
        ids.Add(Encoding.UTF8.GetBytes(naming.Form.Dataset));
        foreach (int i in inNameOrder)
        {
            if (!fields[i].IsEmpty && i != datasetColumn)
            {
                ids.Add(utf8Names[i]);
                ids.Add(fields[i]);
            }
        }

        return ids.Take();
    }

    private string? TextOf(int column) => column < 0 || fields[column].IsEmpty ? null : Encoding.UTF8.GetString(fields[column]);
}
