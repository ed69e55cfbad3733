using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Operators that add to a record what they know from elsewhere or compute.</summary>
internal static class AddingContracts
{
    private static readonly OperatorError Expression = new("expression-failed", "an expression has no value for this record");
    private static readonly OperatorError NoMatch = new("no-match", "nothing is known of the key, and a field has no default");

    public static ImmutableArray<OperatorContract> All { get; } =
    [
        new("lookup", "Adds fields of a table: a file that is part of the topology.")
        {
            Options =
            [
                new("file", OptionKind.File, "CSV with a head line, or JSON lines; relative to the topology's folder, at most 64 MB.") { Required = true },
                new("column", OptionKind.Text, "The table's key column; its values are unique.") { Required = true },
                new("key", OptionKind.Expression, "What is looked up: a string, int or bool, compared as text.") { Required = true },
                new("fields", OptionKind.Fields, "Columns to add: a type, or { path, type, default } where the column has another name.") { Required = true },
            ],
            Errors = [Expression, NoMatch],
            Notes = "The table is read with the topology. The SHA-256 of its content is part of what the node is: a changed table is a change of the topology.",
            Example = """
                source: { identity: [identityMap.ECID], fields: { sku: "commerce.sku:string" } }
                nodes:
                  priced: { operator: lookup, file: products.csv, column: sku, key: event.sku, fields: { category: { default: other }, price: { type: double, default: 0 } } }
                  out: { operator: sink, topic: priced }
                edges:
                  - events -> priced
                  - priced -> out
                """,
        },
        new("enrich", "Adds fields of the visitor's profile, as of reading.")
        {
            Options =
            [
                new("topology", OptionKind.Text, "Whose profiles.") { Default = "this topology's" },
                new("fields", OptionKind.Fields, "Fields of the profile: a dotted path, or { path, type, default }.") { Required = true },
            ],
            Errors = [NoMatch, new("profile-unreadable", "the profile is no JSON object")],
            Notes = "Profiles are read once for each batch, for the keys in it, as the store has them then: the same log read again later can give other values. "
                + "What must be exactly repeatable uses the flow's own state instead. A store that is away loses the task, as for state.",
            Example = """
                source: { identity: [identityMap.ECID] }
                nodes:
                  known: { operator: enrich, fields: { propensity: { path: _luma.propensity.score, type: double, default: 0 } } }
                  out: { operator: sink, topic: enriched }
                edges:
                  - events -> known
                  - known -> out
                """,
        },
        new("one-hot", "Turns a text into one field for each word of a vocabulary: 1 for the word that it is, 0 for the others.")
        {
            Options =
            [
                new("of", OptionKind.Expression, "A string.") { Required = true },
                new("vocabulary", OptionKind.Texts, "The words, at most 256.") { Required = true },
                new("prefix", OptionKind.Text, "Stands before the word in the field's name; what cannot stand in a name becomes `_`.") { Required = true },
                new("other", OptionKind.Word, "`ignore`: all fields are 0; `field`: one more field, PREFIX + other; `hash`: fields PREFIX + h0, h1, … by MurmurHash3.")
                    { Default = "ignore", Allowed = ["ignore", "field", "hash"] },
                new("buckets", OptionKind.Count, "How many fields for `hash`, 1 to 64.") { Default = "8" },
            ],
            Errors = [Expression],
            Example = """
                source: { identity: [identityMap.ECID], fields: { device: "device.type:string" } }
                nodes:
                  encoded: { operator: one-hot, of: event.device, vocabulary: [mobile, tablet, desktop], prefix: device_, other: field }
                  out: { operator: sink, topic: encoded }
                edges:
                  - events -> encoded
                  - encoded -> out
                """,
        },
        new("model", "Adds what a linear or logistic model gives for numeric fields.")
        {
            Options =
            [
                new("into", OptionKind.Text, "Name of the field.") { Default = "score" },
                new("link", OptionKind.Word, "`logistic`: 1/(1+e⁻ᶻ); `identity`: z = bias + Σ weight · field.") { Default = "logistic", Allowed = ["logistic", "identity"] },
                new("bias", OptionKind.Number, "With `weights`.") { Default = "0" },
                new("weights", OptionKind.Numbers, "Fields and their weights; instead of `file`."),
                new("file", OptionKind.File, "A model document as on the topic of models; its inputs are names of fields."),
            ],
            Errors = [new("input-missing", "a field of the model is absent or not finite")],
            Notes = "Fields are doubles, ints or uints. A file's golden scores are reproduced before it is used. ONNX and other formats are not read.",
            Example = """
                source: { identity: [identityMap.ECID], fields: { pages: "web.pages:double" } }
                nodes:
                  interest: { operator: model, into: interest, bias: -2, weights: { pages: 0.4 } }
                  out: { operator: sink, topic: interest }
                edges:
                  - events -> interest
                  - interest -> out
                """,
        },
    ];
}
