using System.Globalization;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Harmonize.Serve;

/// <summary>Questions to the table as REST, commands and tests ask them: words by name.</summary>
public sealed class QueryText
{
    private static readonly string[] GridWords = ["columns", "filter", "from", "to", "grain", "sort", "page", "size", "drafts"];

    private readonly Func<string, string?> wordOf;

    /// <param name="wordOf">What is said under a name; null or empty where nothing is.</param>
    public QueryText(Func<string, string?> wordOf) => this.wordOf = name => wordOf(name) is { Length: > 0 } word ? word : null;

    /// <summary>Why there is no answer; sentences without an end.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Complains of names that mean nothing.</summary>
    public void CheckNames(IEnumerable<string> said, params string[] others)
    {
        ArgumentNullException.ThrowIfNull(said);
        string[] known = [.. GridWords, .. others];
        foreach (string name in said.Where(name => !known.Contains(name)))
        {
            Problems.Add($"there is no parameter '{name}'{(NearestName.Of(name, known) is string meant ? $": did you mean '{meant}'?" : $"; there are {string.Join(", ", known)}")}");
        }
    }

    public GridQuery Grid(int size = 100) => new()
    {
        Columns = Names("columns"),
        Filters = Filters(),
        From = Date("from"),
        To = Date("to"),
        Grain = Grain(GridGrain.Finest),
        Sort = [.. Names("sort").Select(name => name[0] == '-' ? new GridSort(name[1..], Descending: true) : new GridSort(name))],
        Page = Number("page", 1, 1, int.MaxValue),
        Size = Number("size", size, 0, GridQuery.SizeMax),
        Drafts = Flag("drafts"),
    };

    public FactorQuery Factors() => new()
    {
        Names = Names("names"),
        From = Date("from"),
        To = Date("to"),
        Grain = Grain(GridGrain.Finest),
        Drafts = Flag("drafts"),
    };

    /// <param name="name">The only one; null for those that are named, or all.</param>
    public DefinitionQuery Definitions(string? name = null) => new()
    {
        Names = name is null ? Names("names") : [name],
        From = Date("from"),
        To = Date("to"),
        Grain = Grain(GridGrain.Finest),
        Drafts = Flag("drafts"),
    };

    /// <summary>A number of a grid: `metric`, and under `row` what its row says, `channel=TV; event_date=2021-12-27; !brand?` where brand is Null.</summary>
    public LineageQuery Lineage()
    {
        Dictionary<string, string?> row = new(StringComparer.Ordinal);
        foreach (GridFilter cell in wordOf("row") is { } text ? FilterText.Read(text, Problems) ?? [] : [])
        {
            if (cell.Operator is not (GridOperator.Equals or GridOperator.NotExists) || cell.Values.Length > 1)
            {
                Problems.Add($"row: '{cell.Field}' is named with one value, {cell.Field}=VALUE, or !{cell.Field}? for Null");
            }

            row[cell.Field] = cell.Values.Length == 1 ? cell.Values[0] : null;
        }

        if (wordOf("metric") is null)
        {
            Problems.Add("metric: say which number of the row");
        }

        return new LineageQuery
        {
            Row = row,
            Metric = wordOf("metric") ?? "",
            Filters = Filters(),
            From = Date("from"),
            To = Date("to"),
            Grain = Grain(GridGrain.Finest),
            Drafts = Flag("drafts"),
            Limit = Number("limit", 1_000, 1, LineageQuery.PartsMax),
        };
    }

    public GridFilter[] Filters() => wordOf("filter") is { } text ? FilterText.Read(text, Problems) ?? [] : [];

    public string[] Names(string name) => wordOf(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    public DateOnly? Date(string name)
    {
        if (wordOf(name) is not { } text)
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
        {
            return date;
        }

        Problems.Add($"{name}: a date is written 2021-12-31, not '{text}'");
        return null;
    }

    public GridGrain Grain(GridGrain otherwise)
    {
        if (wordOf("grain") is not { } text)
        {
            return otherwise;
        }

        if (!char.IsAsciiDigit(text[0]) && Enum.TryParse(text, ignoreCase: true, out GridGrain grain) && Enum.IsDefined(grain))
        {
            return grain;
        }

        Problems.Add($"grain: '{text}' is none of {string.Join(", ", Enum.GetNames<GridGrain>())}");
        return otherwise;
    }

    public int Number(string name, int otherwise, int min, int max)
    {
        if (wordOf(name) is not { } text)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max)
        {
            return number;
        }

        Problems.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: '{text}' is no whole number from {min} to {max}"));
        return otherwise;
    }

    public bool Flag(string name)
    {
        if (wordOf(name) is not { } text)
        {
            return false;
        }

        if (text is "true" or "false")
        {
            return text == "true";
        }

        Problems.Add($"{name}: '{text}' is neither true nor false");
        return false;
    }

    public string? Word(string name) => wordOf(name);
}
