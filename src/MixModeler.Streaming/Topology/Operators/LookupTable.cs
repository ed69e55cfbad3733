using System.Collections.Immutable;
using System.Text.Json;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>
/// A table that is part of a topology: rows by key, each with the values of the columns that a node adds. Immutable; shared by
/// all tasks.
/// </summary>
internal sealed class LookupTable
{
    private readonly Dictionary<Hash128, CelValue[]> rows;

    private LookupTable(Dictionary<Hash128, CelValue[]> rows) => this.rows = rows;

    public int Count => rows.Count;

    /// <summary>The row's values in the order of the columns asked for; absent where a row has none.</summary>
    public bool TryGet(Hash128 key, out CelValue[] values) => rows.TryGetValue(key, out values!);

    /// <summary>Reads CSV with a head line, or JSON lines where the first line begins with a brace.</summary>
    /// <param name="text">The file's content.</param>
    /// <param name="file">Its name, for problems.</param>
    /// <param name="keyColumn">Which column is the key.</param>
    /// <param name="columns">What to keep of each row.</param>
    /// <param name="problems">What is wrong, at its line.</param>
    public static LookupTable? Parse(string text, string file, string keyColumn, ImmutableArray<AddedField> columns, ProblemList problems)
    {
        Dictionary<Hash128, CelValue[]> rows = [];
        ProblemList inFile = problems.In(file);
        int problemsBefore = problems.Count;
        IEnumerable<(int Line, Func<string, string?> Cell)> read = text.TrimStart().StartsWith('{')
            ? JsonLines(text, inFile)
            : Csv(text, keyColumn, columns, inFile);
        foreach ((int line, Func<string, string?> cell) in read)
        {
            if (cell(keyColumn) is not { Length: > 0 } key)
            {
                inFile.Add(line, 1, $"the row has no '{keyColumn}'");
                continue;
            }

            CelValue[] values = [.. columns.Select(column => Value(column, cell(column.Path), line, inFile))];
            if (!rows.TryAdd(Hash128.Of(System.Text.Encoding.UTF8.GetBytes(key)), values))
            {
                inFile.Add(line, 1, $"the '{keyColumn}' {YamlNode.Quote(key)} is here twice");
            }
        }

        return problems.Count == problemsBefore ? new LookupTable(rows) : null;
    }

    private static IEnumerable<(int, Func<string, string?>)> JsonLines(string text, ProblemList problems)
    {
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            JsonElement row = default;
            try
            {
                row = JsonElement.Parse(line);
            }
            catch (JsonException broken)
            {
                problems.Add(number, (int)(broken.BytePositionInLine ?? 0) + 1, "the line is no JSON object");
            }

            if (row.ValueKind == JsonValueKind.Object)
            {
                yield return (number, column => row.TryGetProperty(column, out JsonElement cell) ? Text(cell) : null);
            }
        }
    }

    private static string? Text(JsonElement cell) => cell.ValueKind switch
    {
        JsonValueKind.String => cell.GetString(),
        JsonValueKind.Null => null,
        _ => cell.GetRawText(),
    };

    private static IEnumerable<(int, Func<string, string?>)> Csv(string text, string keyColumn, ImmutableArray<AddedField> columns, ProblemList problems)
    {
        Dictionary<string, int>? head = null;
        foreach ((int line, List<string> cells) in CsvText.Rows(text))
        {
            if (head is null)
            {
                head = cells.Select((name, at) => (name, at)).DistinctBy(cell => cell.name).ToDictionary(cell => cell.name, cell => cell.at);
                foreach (string missing in columns.Select(column => column.Path).Prepend(keyColumn).Where(column => !head.ContainsKey(column)))
                {
                    problems.Add(line, 1, $"the table has no column {YamlNode.Quote(missing)}{NearestName.Advice(missing, [.. head.Keys])}");
                }

                if (!head.ContainsKey(keyColumn))
                {
                    yield break;
                }

                continue;
            }

            yield return (line, column => head.TryGetValue(column, out int at) && at < cells.Count && cells[at].Length > 0 ? cells[at] : null);
        }
    }

    private static CelValue Value(AddedField column, string? cell, int line, ProblemList problems)
    {
        if (cell is null)
        {
            return CelValue.Absent;
        }

        if (FieldText.TryParse(cell, column.Type, out CelValue value))
        {
            return value;
        }

        problems.Add(line, 1, $"{YamlNode.Quote(cell)} in '{column.Path}' is no {column.Type}");
        return CelValue.Absent;
    }
}
