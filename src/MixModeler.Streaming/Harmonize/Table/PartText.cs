namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>A part in words, for messages: `facebook 2022-01-08 channel=Facebook campaign=FB_Fall_01`.</summary>
internal static class PartText
{
    public static string Of(ShownDataset dataset, int slot)
    {
        IEnumerable<string> dimensions = dataset.Rows.Plan.Dimensions
            .Select((dimension, at) => (dimension.Field, Text: dataset.Rows.Text(slot, at)))
            .Where(dimension => dimension.Text is not null)
            .Select(dimension => $"{dimension.Field}={dimension.Text}");
        return string.Join(' ', dimensions.Prepend(Periods.TextOf(dataset.Rows.Day(slot))).Prepend(dataset.Name));
    }
}
