using System.Text.Json;

namespace MixModeler.Streaming.Ingest.Files;

/// <summary>
/// The columns of a file as members of a record: a name with dots is a path, as topologies write it, and becomes objects.
/// </summary>
internal sealed class CsvColumn
{
    // No number of a table is longer, and a longer one is kept as text.
    private const int NumberBytesMax = 64;

    private readonly JsonEncodedText name;
    private readonly string part;
    private readonly List<CsvColumn> members = [];
    private int column = -1;
    private bool isText;

    private CsvColumn(string part)
    {
        this.part = part;
        name = JsonEncodedText.Encode(part, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
    }

    public static CsvColumn Tree(IReadOnlyList<string> names, IReadOnlySet<string> texts)
    {
        CsvColumn root = new("");
        for (int i = 0; i < names.Count; i++)
        {
            CsvColumn node = root;
            foreach (string part in names[i].Split('.'))
            {
                CsvColumn? member = node.members.Find(m => m.part == part);
                if (member is null)
                {
                    member = new CsvColumn(part);
                    node.members.Add(member);
                }

                node = member;
            }

            (node.column, node.isText) = (i, texts.Contains(names[i]));
        }

        return root;
    }

    /// <summary>Writes the members of the root that have a value, but not the column that names the dataset.</summary>
    public void WriteMembers(Utf8JsonWriter json, CsvFields fields, int datasetColumn)
    {
        foreach (CsvColumn member in members)
        {
            if (member.column != datasetColumn || datasetColumn < 0)
            {
                member.Write(json, fields);
            }
        }
    }

    /// <summary>Whether this is a number just as JSON writes numbers: `007`, `1,5` and `+3` are none.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > NumberBytesMax)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = text[0] == '-' ? text[1..] : text;
        int whole = Digits(ref rest);
        if (whole == 0 || (whole > 1 && text[text[0] == '-' ? 1 : 0] == '0'))
        {
            return false;
        }

        if (!rest.IsEmpty && rest[0] == '.')
        {
            rest = rest[1..];
            if (Digits(ref rest) == 0)
            {
                return false;
            }
        }

        if (!rest.IsEmpty && (rest[0] | 0x20) == 'e')
        {
            rest = rest[1..];
            rest = !rest.IsEmpty && rest[0] is (byte)'+' or (byte)'-' ? rest[1..] : rest;
            return Digits(ref rest) > 0 && rest.IsEmpty;
        }

        return rest.IsEmpty;
    }

    private static int Digits(ref ReadOnlySpan<byte> text)
    {
        int found = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        int count = found < 0 ? text.Length : found;
        text = text[count..];
        return count;
    }

    private void Write(Utf8JsonWriter json, CsvFields fields)
    {
        if (!HasValue(fields))
        {
            return;
        }

        json.WritePropertyName(name);
        if (column < 0)
        {
            json.WriteStartObject();
            WriteMembers(json, fields, -1);
            json.WriteEndObject();
        }
        else if (!isText && IsNumber(fields[column]))
        {
            json.WriteRawValue(fields[column], skipInputValidation: true);
        }
        else
        {
            json.WriteStringValue(fields[column]);
        }
    }

    private bool HasValue(CsvFields fields) => column >= 0 ? !fields[column].IsEmpty : members.Exists(member => member.HasValue(fields));
}
