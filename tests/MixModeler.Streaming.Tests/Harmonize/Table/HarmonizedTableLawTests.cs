using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

public sealed class HarmonizedTableLawTests
{
    private const int Cases = 400;

    private static readonly string[] AllColumns =
        ["event_date", "date_type", "dataset", "channel", "campaign", "conversiontype", "clicks", "spend", "orders", "revenue"];

    private static readonly GridQuery Everything = new() { Columns = [.. AllColumns, "cpc"], Size = 0 };

    [Fact]
    public void Every_grid_is_what_it_is_by_hand()
    {
        for (int seed = 0; seed < Cases * 2; seed++)
        {
            RandomTable random = new(seed);
            HarmonizedTable table = RandomTable.TableOf(random.Plan, random.Parts);
            GridQuery query = QueryOf(new Random(~seed));

            string[] lines = [.. TableFixture.Lines(table.Grid(query)).Order(StringComparer.Ordinal)];

            string[] expected = RecomputedGrid.Lines(random, query);
            string what = $"seed {seed}: {string.Join(" ", query.Columns)} {query.Grain}";
            Assert.True(expected.SequenceEqual(lines), $"{what}\n{string.Join('\n', expected)}\n---\n{string.Join('\n', lines)}");
        }
    }

    [Fact]
    public void The_order_of_arrival_does_not_show_nor_does_what_was_replaced_or_taken_away()
    {
        for (int seed = 0; seed < Cases; seed++)
        {
            RandomTable random = new(seed);
            Random chance = new(~seed);
            string expected = Text(RandomTable.TableOf(random.Plan, random.Parts));
            HarmonizedTable table = TableFixture.TableOf(random.Plan);
            // Each part comes somewhere after another one of its key came, or came and went.
            (DatasetPlan Dataset, long Key, TablePart? Part)[] noise = [.. random.Parts
                .Where(_ => chance.Next(2) == 0)
                .SelectMany(part => random.Parts
                    .Where(other => other.Dataset == part.Dataset)
                    .Take(3)
                    .Select(other => (part.Dataset, part.Key, (TablePart?)other.Part)))];
            chance.Shuffle(noise);
            (DatasetPlan Dataset, long Key, TablePart? Part)[] final =
            [
                .. random.Parts.Select(part => (part.Dataset, part.Key, (TablePart?)part.Part)),
                .. Extra(random).Select(extra => (extra.Dataset, extra.Key, (TablePart?)null)),
            ];
            chance.Shuffle(final);
            foreach ((DatasetPlan dataset, long key, TablePart? part) in Extra(random).Concat(noise).Concat(final))
            {
                table.Set(dataset.Name, (int)(key % 3), TableFixture.Key(key), part);
            }

            Assert.True(expected == Text(table), $"seed {seed}");
        }
    }

    [Fact]
    public void A_dataset_that_is_taken_away_leaves_the_table_as_if_it_had_never_been()
    {
        for (int seed = 0; seed < Cases; seed++)
        {
            RandomTable random = new(seed);
            string gone = random.Plan.Datasets[seed % random.Plan.Datasets.Length].Name;
            HarmonizePlan without = random.Plan with { Datasets = [.. random.Plan.Datasets.Where(dataset => dataset.Name != gone)] };
            string expected = Text(RandomTable.TableOf(without, random.Parts.Where(part => part.Dataset.Name != gone)));
            HarmonizedTable dropped = RandomTable.TableOf(random.Plan, random.Parts);
            HarmonizedTable unplanned = RandomTable.TableOf(random.Plan, random.Parts);
            HarmonizedTable emptied = RandomTable.TableOf(random.Plan, random.Parts);

            dropped.Drop(gone);
            unplanned.Use(without);
            foreach ((DatasetPlan dataset, long key, _) in random.Parts.Where(part => part.Dataset.Name == gone))
            {
                emptied.Set(dataset.Name, (int)(key % 3), TableFixture.Key(key), null);
            }

            Assert.True(expected == Text(dropped) && expected == Text(unplanned) && expected == Text(emptied), $"seed {seed}");
        }
    }

    [Fact]
    public void Days_add_up_to_weeks_months_and_years_under_every_preference_and_range()
    {
        for (int seed = 0; seed < Cases; seed++)
        {
            RandomTable random = new(seed);
            HarmonizedTable table = RandomTable.TableOf(random.Plan, random.Parts);
            Random chance = new(~seed);
            GridQuery query = new() { Preferences = RandomTable.Preferences(chance), From = Maybe(chance), Size = 0 };
            string[] totals = [.. Enum.GetValues<GridGrain>().Select(grain => string.Join(' ', AllColumns[^4..].Select(metric =>
                table.Grid(query with { Columns = ["event_date", "channel", metric], Grain = grain }).Rows
                    .Sum(row => decimal.Parse(row[2]!, CultureInfo.InvariantCulture)).ToString("0.############", CultureInfo.InvariantCulture)))).Distinct()];

            Assert.True(totals.Length == 1, $"seed {seed}: {string.Join(" | ", totals)}");
        }
    }

    [Fact]
    public void A_preference_changed_live_is_the_one_that_was_always_there()
    {
        for (int seed = 0; seed < Cases; seed++)
        {
            RandomTable random = new(seed);
            HarmonizePlan changed = random.Plan with { Preferences = RandomTable.Preferences(new Random(~seed)) };
            HarmonizedTable table = RandomTable.TableOf(random.Plan, random.Parts);
            Text(table);

            table.Use(changed);

            Assert.True(Text(RandomTable.TableOf(changed, random.Parts)) == Text(table), $"seed {seed}");
        }
    }

    [Fact]
    public void Lineage_lists_parts_whose_values_add_up_to_the_number()
    {
        for (int seed = 0; seed < Cases; seed++)
        {
            RandomTable random = new(seed);
            HarmonizedTable table = RandomTable.TableOf(random.Plan, random.Parts);
            GridResult grid = table.Grid(new GridQuery { Columns = ["event_date", "date_type", "channel", "spend"], Grain = GridGrain.Weekly, Size = 5 });
            foreach (string?[] row in grid.Rows)
            {
                LineageResult lineage = table.Lineage(new LineageQuery
                {
                    Row = new() { ["event_date"] = row[0], ["date_type"] = row[1], ["channel"] = row[2] }, Metric = "spend", Grain = GridGrain.Weekly,
                });

                decimal sum = lineage.Parts.Where(part => part.DroppedBy is null).Sum(part => decimal.Parse(part.Value, CultureInfo.InvariantCulture));
                Assert.Equal(row[3], lineage.Value);
                Assert.Equal(decimal.Parse(row[3]!, CultureInfo.InvariantCulture), sum);
            }
        }
    }

    private static GridQuery QueryOf(Random chance)
    {
        string[] columns = [.. AllColumns.Where(_ => chance.Next(2) == 0)];
        // A date never stands without its grain here, so that a line is a row.
        columns = columns.Contains("event_date") && !columns.Contains("date_type") ? [.. columns, "date_type"] : columns;
        return new GridQuery
        {
            Columns = [.. columns.Except(AllColumns[^4..]), .. AllColumns[^4..].Where((metric, at) => columns.Contains(metric) || at == 0)],
            Grain = (GridGrain)chance.Next((int)GridGrain.Finest + 1),
            From = Maybe(chance),
            To = chance.Next(4) == 0 ? new DateOnly(2025, 1, 1) : null,
            Size = 0,
        };
    }

    private static DateOnly? Maybe(Random chance) => chance.Next(3) == 0 ? RandomTable.Date(chance) : null;

    private static (DatasetPlan Dataset, long Key, TablePart? Part)[] Extra(RandomTable random) =>
        [.. random.Parts.Take(10).Select(part => (part.Dataset, part.Key + 1_000, (TablePart?)part.Part))];

    private static string Text(HarmonizedTable table)
    {
        GridResult grid = table.Grid(Everything);
        Assert.Empty(grid.Problems);
        return JsonSerializer.Serialize(grid.Rows) + JsonSerializer.Serialize(table.Grid(Everything with { Grain = GridGrain.Monthly }).Rows);
    }
}
