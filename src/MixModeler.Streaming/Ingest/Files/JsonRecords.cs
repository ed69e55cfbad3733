using System.Text;
using System.Text.Json;

namespace MixModeler.Streaming.Ingest.Files;

/// <summary>Lines of JSON as records: a bare object, or the entity of a Kafka envelope.</summary>
internal sealed class JsonRecords(RowNaming naming) : IRowRecords
{
    public const string ExternalKeyPath = "extSourceSystemAudit.externalKey";

    private readonly RecordText text = new();
    private readonly RowIds ids = new();
    private readonly string?[] rowKey = new string?[naming.Form.RowKeyPaths.Length];

    public bool IsEmpty { get; private set; }

    public string Key { get; private set; } = "";

    public ReadOnlySpan<byte> Value => text.Written;

    public string FaultReason => "malformed-json";

    public RowFault? Read(in FileRow row)
    {
        IsEmpty = row.IsBlank;
        if (IsEmpty || row.Fault is not null)
        {
            return row.Fault;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(row.Bytes);
            JsonElement record = Unwrap(document.RootElement);
            return record.ValueKind != JsonValueKind.Object ? new RowFault(row.Line, 1, "the line is no JSON object")
                : TextAt(record, "dataset") is { } other && other != naming.Form.Dataset
                    ? new RowFault(row.Line, 1, $"the record names another dataset, '{other}'")
                : Write(record, row.Bytes.Span) is { } problem ? new RowFault(row.Line, 1, problem)
                : null;
        }
        catch (JsonException malformed)
        {
            return RowFault.At(row.Line, row.Bytes.Span, (int)(malformed.BytePositionInLine ?? 0), "this is not JSON");
        }
        catch (InvalidOperationException)
        {
            // An escape that is half of a character passes the parser and has no text.
            return new RowFault(row.Line, 1, "an escape in it is no character");
        }
    }

    public void Dispose()
    {
        text.Dispose();
        ids.Dispose();
    }

    private string? Write(JsonElement record, ReadOnlySpan<byte> row)
    {
        string? id = TextAt(record, "_id");
        string? externalKey = TextAt(record, ExternalKeyPath);
        string? made = naming.NeedsId(id, externalKey) ? MakeId(row) : null;
        text.Begin(naming.Form, made);
        foreach (JsonProperty member in record.EnumerateObject())
        {
            if (!member.NameEquals("dataset"u8) && !(naming.Form.Deletes && member.NameEquals("_deleted"u8)))
            {
                member.WriteTo(text.Json);
            }
        }

        string? problem = text.End();
        for (int i = 0; i < rowKey.Length; i++)
        {
            rowKey[i] = TextAt(record, naming.Form.RowKeyPaths[i]);
        }

        string? date = naming.Form.DatePath.Length == 0 ? null : TextAt(record, naming.Form.DatePath);
        Key = naming.KeyOf(id ?? made, externalKey, rowKey, date, text.Written);
        return problem;
    }

    private string MakeId(ReadOnlySpan<byte> row)
    {
        ids.Add(Encoding.UTF8.GetBytes(naming.Form.Dataset));
        ids.Add(row.Trim(" \t"u8));
        return ids.Take();
    }

    private static JsonElement Unwrap(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty("body"u8, out JsonElement body) && body.ValueKind == JsonValueKind.Object
        && body.TryGetProperty("xdmEntity"u8, out JsonElement entity) ? entity : root;

    // With and without the prefix that XDM's own serialization writes.
    private static string? TextAt(JsonElement record, string path)
    {
        JsonElement at = record;
        foreach (string part in path.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object
                || !(at.TryGetProperty(part, out JsonElement found)
                    || at.TryGetProperty("xdm:" + part, out found)
                    || (part.StartsWith('_') && at.TryGetProperty("@" + part[1..], out found))))
            {
                return null;
            }

            at = found;
        }

        return at.ValueKind switch
        {
            JsonValueKind.String => at.GetString() is { Length: > 0 } text ? text : null,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => at.GetRawText(),
            _ => null,
        };
    }
}
