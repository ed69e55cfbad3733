using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MixModeler.Streaming.Harmonize.Serve;
using MixModeler.Streaming.Harmonize.Table;

namespace MixModeler.Streaming.Control;

/// <summary>`/v1/harmonized…`: the harmonized table and what is to be known of it. Every engine answers alike.</summary>
internal sealed class HarmonizedEndpoints
{
    private const string One = "/v1/harmonized/{topology}";

    // Counters of changes are this process's own.
    private readonly string instance = Guid.NewGuid().ToString("N")[..12];
    private readonly Func<IHarmonizedSource?> source;

    private HarmonizedEndpoints(Func<IHarmonizedSource?> source) => this.source = source;

    /// <param name="routes">Of the control port.</param>
    /// <param name="source">Null while the engine does not know yet what it runs.</param>
    public static void Map(IEndpointRouteBuilder routes, Func<IHarmonizedSource?> source)
    {
        HarmonizedEndpoints endpoints = new(source);
        routes.MapGet("/v1/harmonized", endpoints.ListAsync);
        routes.MapGet(One, http => endpoints.OfOneAsync(http, (answers, _) =>
            JsonAsync(http, [answers.Topology()], HarmonizedDocumentJson.Default.HarmonizedTopologyDocumentArray)));
        routes.MapGet(One + "/grid", endpoints.GridAsync);
        routes.MapGet(One + "/fields", http => endpoints.OfOneAsync(http, (answers, _) =>
            JsonAsync(http, answers.Fields(), HarmonizedDocumentJson.Default.FieldDocumentArray)));
        routes.MapGet(One + "/datasets", endpoints.DatasetsAsync);
        routes.MapGet(One + "/sync", http => endpoints.OfOneAsync(http, async (answers, _) =>
            await JsonAsync(http, await answers.SyncAsync(http.RequestAborted), HarmonizedDocumentJson.Default.SyncDocumentArray)));
        routes.MapGet(One + "/quality", http => endpoints.OfOneAsync(http, async (answers, _) =>
            await JsonAsync(http, await answers.QualityAsync(http.RequestAborted), HarmonizedTableJson.Default.QualityReport)));
        routes.MapGet(One + "/factors", endpoints.FactorsAsync);
        routes.MapGet(One + "/touchpoints", http => endpoints.DefinitionsAsync(http, isConversion: false));
        routes.MapGet(One + "/touchpoints/{name}", http => endpoints.DefinitionsAsync(http, isConversion: false));
        routes.MapGet(One + "/conversions", http => endpoints.DefinitionsAsync(http, isConversion: true));
        routes.MapGet(One + "/conversions/{name}", http => endpoints.DefinitionsAsync(http, isConversion: true));
        routes.MapGet(One + "/usage", http => endpoints.OfOneAsync(http, (answers, _) => TextAsync(http, answers.Usage().ToJson(), "application/json")));
        routes.MapGet(One + "/lineage", endpoints.LineageAsync);
    }

    private Task ListAsync(HttpContext http) => source() is not { } its ? Replies.StartingAsync(http) : JsonAsync(
        http,
        its.Plan.Harmonized.IsEmpty ? [] : [new HarmonizedAnswers(its).Topology()],
        HarmonizedDocumentJson.Default.HarmonizedTopologyDocumentArray);

    private Task GridAsync(HttpContext http) => OfOneAsync(http, async (answers, query) =>
    {
        query.CheckNames(http.Request.Query.Keys, "format");
        string format = query.Word("format") ?? "json";
        if (format is not ("json" or "csv"))
        {
            query.Problems.Add($"format: '{format}' is neither json nor csv");
        }

        // A download is all of it, unless a page is asked for.
        GridQuery asked = query.Grid(size: format == "csv" ? 0 : 100);
        if (await IsRefusedAsync(http, query.Problems) || await IsKnownAsync(http))
        {
            return;
        }

        GridResult grid = await answers.GridAsync(asked, http.RequestAborted);
        if (await IsRefusedAsync(http, grid.Problems))
        {
            return;
        }

        if (format == "json")
        {
            await JsonAsync(http, grid, HarmonizedTableJson.Default.GridResult);
            return;
        }

        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{GridCsv.NameOf($"{Route(http, "topology")}_harmonized", TimeProvider.System)}\"";
        http.Response.ContentType = GridCsv.ContentType;
        await GridCsv.WriteAsync(grid, http.Response.Body, http.RequestAborted);
    });

    private Task DatasetsAsync(HttpContext http) => OfOneAsync(http, async (answers, query) =>
    {
        query.CheckNames(http.Request.Query.Keys, "source", "granularity", "startOfWeek", "status", "text");
        if (!await IsRefusedAsync(http, query.Problems))
        {
            await JsonAsync(http, await answers.DatasetsAsync(query, http.RequestAborted), HarmonizedDocumentJson.Default.DatasetDocumentArray);
        }
    });

    private Task FactorsAsync(HttpContext http) => OfOneAsync(http, async (answers, query) =>
    {
        query.CheckNames(http.Request.Query.Keys, "names");
        FactorQuery asked = query.Factors();
        if (!await IsRefusedAsync(http, query.Problems))
        {
            FactorResult factors = await answers.FactorsAsync(asked, http.RequestAborted);
            if (!await IsRefusedAsync(http, factors.Problems))
            {
                await JsonAsync(http, factors, HarmonizedTableJson.Default.FactorResult);
            }
        }
    });

    private Task DefinitionsAsync(HttpContext http, bool isConversion) => OfOneAsync(http, async (answers, query) =>
    {
        query.CheckNames(http.Request.Query.Keys, "names");
        string name = Route(http, "name");
        DefinitionQuery asked = query.Definitions(name.Length > 0 ? name : null);
        if (await IsRefusedAsync(http, query.Problems))
        {
            return;
        }

        DefinitionResult found = isConversion
            ? await answers.ConversionsAsync(asked, http.RequestAborted)
            : await answers.TouchpointsAsync(asked, http.RequestAborted);
        if (!await IsRefusedAsync(http, found.Problems, name.Length > 0 ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest))
        {
            await JsonAsync(http, found, HarmonizedTableJson.Default.DefinitionResult);
        }
    });

    private Task LineageAsync(HttpContext http) => OfOneAsync(http, async (answers, query) =>
    {
        query.CheckNames(http.Request.Query.Keys, "row", "metric", "limit", "records");
        LineageQuery asked = query.Lineage();
        int records = query.Number("records", 0, 0, 1_000);
        if (await IsRefusedAsync(http, query.Problems))
        {
            return;
        }

        LineageDocument found = await answers.LineageAsync(asked, records, http.RequestAborted);
        if (!await IsRefusedAsync(http, found.Lineage.Problems))
        {
            await JsonAsync(http, found, HarmonizedDocumentJson.Default.LineageDocument);
        }
    });

    private async Task OfOneAsync(HttpContext http, Func<HarmonizedAnswers, QueryText, Task> answer)
    {
        if (source() is not { } its)
        {
            await Replies.StartingAsync(http);
            return;
        }

        string topology = Route(http, "topology");
        if (topology != its.Plan.Name || its.Plan.Harmonized.IsEmpty)
        {
            await Replies.ProblemAsync(http, StatusCodes.Status404NotFound, topology == its.Plan.Name
                ? $"'{topology}' has no datasets."
                : $"There is no topology '{topology}' here; this engine runs '{its.Plan.Name}'.");
            return;
        }

        try
        {
            await answer(new HarmonizedAnswers(its), new QueryText(name => http.Request.Query[name]));
        }
        catch (Exception away) when (away is TaskLostException or InvalidOperationException && !http.Response.HasStarted)
        {
            await Replies.ProblemAsync(http, StatusCodes.Status503ServiceUnavailable, away.Message);
        }
    }

    private async Task<bool> IsKnownAsync(HttpContext http)
    {
        IHarmonizedSource its = source()!;
        HarmonizedTable table = await its.LookAsync(http.RequestAborted);
        string tag = string.Create(CultureInfo.InvariantCulture, $"\"{instance}-{table.Changes}-{its.Plan.Version}\"");
        http.Response.Headers.ETag = tag;
        if (!http.Request.Headers.IfNoneMatch.ToString().Split(',').Any(known => known.Trim() == tag))
        {
            return false;
        }

        http.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    private static async Task<bool> IsRefusedAsync(HttpContext http, IReadOnlyCollection<string> problems, int status = StatusCodes.Status400BadRequest)
    {
        if (problems.Count == 0)
        {
            return false;
        }

        string sentence = string.Join("; ", problems);
        await Replies.ProblemAsync(http, status, $"{char.ToUpperInvariant(sentence[0])}{sentence[1..].TrimEnd('.')}.");
        return true;
    }

    private static string Route(HttpContext http, string name) => http.Request.RouteValues[name]?.ToString() ?? "";

    private static Task JsonAsync<T>(HttpContext http, T document, JsonTypeInfo<T> form) =>
        TextAsync(http, JsonSerializer.Serialize(document, form), "application/json");

    private static Task TextAsync(HttpContext http, string text, string type)
    {
        http.Response.ContentType = $"{type}; charset=utf-8";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }
}
