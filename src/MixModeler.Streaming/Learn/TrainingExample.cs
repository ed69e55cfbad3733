using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn;

/// <summary>What a record of the training topic says besides its feature values.</summary>
/// <param name="AtMs">Time of the decision.</param>
/// <param name="Label">Whether the label event followed within the horizon.</param>
/// <param name="Origin">The event that settled the label.</param>
/// <param name="FeaturesMissing">Features of the schema that the record does not have: read as never, or as 0.</param>
/// <param name="FeaturesUnknown">Features of the record that the schema does not have: ignored.</param>
/// <param name="LabelId">The label that was settled, of <see cref="Learn.LabelId"/>; 0 where the record does not say.</param>
public readonly record struct TrainingExample(
    long AtMs, bool Label, Origin Origin, int FeaturesMissing, int FeaturesUnknown, uint LabelId = 0);

/// <summary>Why a record of the training topic was refused.</summary>
public enum ExampleRejection
{
    None,
    JsonMalformed,
    MemberMissing,
    MemberRepeated,
    VisitorInvalid,
    TimeInvalid,
    LabelInvalid,
    LabelIdInvalid,
    OriginInvalid,
    FeatureInvalid,
}

/// <summary>A refusal with what a person needs to find the fault.</summary>
public readonly record struct ExampleRefusal(ExampleRejection Rejection, string Detail)
{
    /// <summary>The reason as dead letters spell it.</summary>
    public string Reason => Rejection switch
    {
        ExampleRejection.None => "none",
        ExampleRejection.JsonMalformed => "json-malformed",
        ExampleRejection.MemberMissing => "member-missing",
        ExampleRejection.MemberRepeated => "member-repeated",
        ExampleRejection.VisitorInvalid => "visitor-invalid",
        ExampleRejection.TimeInvalid => "time-invalid",
        ExampleRejection.LabelInvalid => "label-invalid",
        ExampleRejection.LabelIdInvalid => "label-id-invalid",
        ExampleRejection.OriginInvalid => "origin-invalid",
        _ => "feature-invalid",
    };
}
