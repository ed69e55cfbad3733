using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Harmonize.Serve;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Rehearse;

/// <summary>Holds views of the harmonized table against what a test expects: a CSV file as a whole, or rows by the columns that matter.</summary>
internal sealed class GridCheck(HarmonizedTable table, string folder, bool accepts, ProblemList problems)
{
    public async Task CheckAsync(IEnumerable<ExpectedGrid> expected, CancellationToken stop)
    {
        foreach (ExpectedGrid view in expected)
        {
            QueryText query = new(name => view.Query.GetValueOrDefault(name));
            GridQuery asked = query.Grid(size: 0);
            GridResult grid = query.Problems.Count > 0 ? new GridResult { Problems = [.. query.Problems] } : table.Grid(asked);
            if (grid.Problems.Length > 0)
            {
                problems.Add(view.Node, string.Join("; ", grid.Problems));
            }
            else if (view.File is { } file)
            {
                await CheckFileAsync(file, grid, stop);
            }
            else
            {
                CheckRows(view, grid);
            }
        }
    }

    private async Task CheckFileAsync(YamlNode file, GridResult grid, CancellationToken stop)
    {
        string path = Path.Combine(folder, file.Text);
        string found = GridCsv.TextOf(grid).ReplaceLineEndings("\n");
        if (accepts)
        {
            await File.WriteAllTextAsync(path, found, stop);
        }

        string text = File.Exists(path) ? await File.ReadAllTextAsync(path, stop) : "";
        string[] wanted = text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] got = found.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int same = wanted.Zip(got).TakeWhile(pair => pair.First == pair.Second).Count();
        if (same < wanted.Length || same < got.Length)
        {
            string At(string[] lines) => same < lines.Length ? lines[same] : "nothing";
            problems.Add(file, string.Create(
                CultureInfo.InvariantCulture,
                $"line {same + 1} of {file.Text} is {At(wanted)}, the table has {At(got)} ({got.Length} lines, expected {wanted.Length}); --accept writes the file anew"));
        }
    }

    private void CheckRows(ExpectedGrid view, GridResult grid)
    {
        for (int i = 0; i < Math.Max(view.Rows.Length, grid.Rows.Length); i++)
        {
            if (i >= view.Rows.Length)
            {
                problems.Add(view.Node, $"the view has {grid.Rows.Length} rows, expected {view.Rows.Length}; the next one is {Shown(grid, i)}");
                return;
            }

            if (i >= grid.Rows.Length)
            {
                problems.Add(view.Rows[i], $"the view has no row {i + 1}: it has {grid.Rows.Length}");
                return;
            }

            foreach ((Place place, string sentence) in ValueMatch.Differences(view.Rows[i], RowOf(grid, i)))
            {
                problems.Add(place, $"row {i + 1}: {sentence}; it is {Shown(grid, i)}");
            }
        }
    }

    private static string Shown(GridResult grid, int row) => ValueMatch.Shown(RowOf(grid, row));

    // Numbers as numbers, so that a person writes 10.5 and not "10.5"; Null is no member.
    private static JsonElement RowOf(GridResult grid, int row)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            for (int column = 0; column < grid.Columns.Length; column++)
            {
                if (grid.Rows[row][column] is not { } cell)
                {
                    continue;
                }

                json.WritePropertyName(grid.Columns[column].Name);
                if (grid.Columns[column].Category == FieldCategory.Dimension)
                {
                    json.WriteStringValue(cell);
                }
                else
                {
                    json.WriteRawValue(cell);
                }
            }

            json.WriteEndObject();
        }

        return JsonElement.Parse(bytes.ToArray());
    }
}
