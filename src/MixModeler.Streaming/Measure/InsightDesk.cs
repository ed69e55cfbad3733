namespace MixModeler.Streaming.Measure;

/// <summary>Answers questions by name, wherever the models come from. What cannot be answered is a sentence.</summary>
public sealed class InsightDesk(IMeasurements measurements)
{
    /// <summary>Asks a marketing-mix model; `consistency` needs the name of an attribution among the words.</summary>
    /// <param name="name">Of the model.</param>
    /// <param name="question">One of <see cref="MixInsights.Questions"/>, or `consistency`.</param>
    /// <param name="word">A word of the query, or null.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<InsightAnswer> OfMixAsync(string name, string question, Func<string, string?> word, CancellationToken stop)
    {
        if (!MixInsights.Questions.Contains(question) && question != Consistency.Question)
        {
            return InsightAnswer.Missing($"There is no question '{question}' of a mix, there is {string.Join(", ", MixInsights.Questions)}, {Consistency.Question}.");
        }

        if (!measurements.Mixes.Contains(name))
        {
            return InsightAnswer.Missing($"There is no mix '{name}' here{Known(measurements.Mixes)}.");
        }

        MeasuredMix? mix = await measurements.MixAsync(name, stop);
        if (mix is null || mix.Model.Periods == 0)
        {
            return InsightAnswer.Missing($"The mix '{name}' has taken in no period yet.");
        }

        InsightQuery query = InsightQuery.Read(word, [.. mix.Model.Spec.Channels.Select(channel => channel.Name)], out IReadOnlyList<string> problems);
        if (problems.Count > 0)
        {
            return InsightAnswer.Wrong(problems);
        }

        if (question != Consistency.Question)
        {
            return InsightAnswer.Of(MixInsights.VersionOf(mix), () => MixInsights.Ask(mix, question, query));
        }

        string? other = query.Attribution ?? (measurements.Attributions.Count == 1 ? measurements.Attributions[0] : null);
        bool isKnown = other is not null && measurements.Attributions.Contains(other);
        MeasuredAttribution? attribution = isKnown ? await measurements.AttributionAsync(other!, stop) : null;
        return attribution is not null
            ? InsightAnswer.Of($"{MixInsights.VersionOf(mix)}+{AttributionInsights.VersionOf(attribution)}", () => Consistency.Of(mix, attribution, query))
            : other is null
                ? InsightAnswer.Wrong([$"attribution: say which one{Known(measurements.Attributions)}"])
                : InsightAnswer.Missing($"There is no attribution '{other}' that has credited anything yet{Known(measurements.Attributions)}.");
    }

    /// <summary>Asks an attribution model.</summary>
    public async Task<InsightAnswer> OfAttributionAsync(string name, string question, Func<string, string?> word, CancellationToken stop)
    {
        if (!AttributionInsights.Questions.Contains(question))
        {
            return InsightAnswer.Missing($"There is no question '{question}' of an attribution, there is {string.Join(", ", AttributionInsights.Questions)}.");
        }

        if (!measurements.Attributions.Contains(name))
        {
            return InsightAnswer.Missing($"There is no attribution '{name}' here{Known(measurements.Attributions)}.");
        }

        MeasuredAttribution? attribution = await measurements.AttributionAsync(name, stop);
        if (attribution is null)
        {
            return InsightAnswer.Missing($"The attribution '{name}' has credited nothing yet.");
        }

        InsightQuery query = InsightQuery.Read(word, attribution.Channels, out IReadOnlyList<string> problems);
        return problems.Count > 0
            ? InsightAnswer.Wrong(problems)
            : InsightAnswer.Of(AttributionInsights.VersionOf(attribution), () => AttributionInsights.Ask(attribution, question, query));
    }

    private static string Known(IReadOnlyList<string> names) => names.Count == 0 ? ", there is none" : $", there is {string.Join(", ", names)}";
}

/// <summary>An answer, or why there is none.</summary>
public sealed record InsightAnswer
{
    /// <summary>Equal for equal answers to the same question.</summary>
    public string? Version { get; private init; }

    /// <summary>Computes the answer; null where there is none.</summary>
    public Func<Insight>? Compute { get; private init; }

    /// <summary>A sentence: a model or question that does not exist.</summary>
    public string? Absent { get; private init; }

    /// <summary>What is wrong with the words.</summary>
    public IReadOnlyList<string> Problems { get; private init; } = [];

    internal static InsightAnswer Of(string version, Func<Insight> compute) => new() { Version = version, Compute = compute };

    internal static InsightAnswer Missing(string sentence) => new() { Absent = sentence };

    internal static InsightAnswer Wrong(IReadOnlyList<string> problems) => new() { Problems = problems };
}
