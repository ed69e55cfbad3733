using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Topology;

/// <summary>Everything that a topology may say.</summary>
internal static class TopologyLanguage
{
    /// <summary>Sections that say the same in two ways: a file has one of them.</summary>
    public static (string One, string Other)[] TwoForms { get; } = [("source", "sources"), ("model", "models")];

    public static Shape Root { get; } = Shape.Map(
        // It is part of topic keys and of Redis keys, where / : { } have a meaning.
        new("topology", Shape.Name("-_"), "The topology's name.") { Required = true },
        new("tenant", Shape.Name("_"), "The tenant: fields of its own stand under _TENANT.") { Required = true },
        new(IncludeReader.Include, IncludeReader.Shape, "Files in this folder that are read as if they stood here."),
        new("source", SourceSection.Single, "Where events come from; 'sources' where there are several."),
        new("sources", SourceSection.Several, "Where events and records come from, by name."),
        new("harmonize", HarmonizeSection.Shape, "Filters and maps between the events and the features."),
        new("features", FeatureSection.Shape, "What is kept of a visitor's events, in order; required unless there are 'nodes' or 'datasets'."),
        new("model", ModelSection.Single, "What is learned."),
        new("models", ModelSection.Several, "What is learned, by name; this version takes one."),
        new("scores", ModelSection.Scores, "Where a model's score stands in the profile, by the model's name."),
        new("audiences", AudienceSection.Shape, "Names for the visitors for whom an expression holds."),
        DatasetSections.Members[0],
        DatasetSections.Members[1],
        DatasetSections.Members[2],
        DatasetSections.Members[3],
        DatasetSections.Members[4],
        new(AttributionSection.Attributions, AttributionSection.Shape, "Who gets how much of a conversion: models of attribution, by name."),
        new(MixSection.Mixes, MixSection.Shape, "What brings the outcome: marketing-mix models over the harmonized table, by name."),
        new(PlanSection.Plans, PlanSection.Shape, "How a budget is spent best: plans that follow a mix, by name."),
        new("nodes", NodeSection.Shape, "Operators by name."),
        new("edges", EdgeSection.Shape, "From where to where records go."),
        new("decisions", DecisionSection.Shape, "Which experience is shown where."),
        new("sinks", Shape.Map(
            // Topic names: letters, digits, dot, underscore and hyphen.
            new Member("prefix", Shape.Name("._-"), "In front of the name of every topic.") { Default = new TopicNames().Prefix }),
            "Where results go."),
        new(EnvironmentReader.Environments, EnvironmentReader.Shape, "What differs in an environment, chosen with --env."));
}
