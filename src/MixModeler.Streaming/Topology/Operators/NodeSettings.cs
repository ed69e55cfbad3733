using System.Collections.Immutable;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Topology.Operators;

// What the nodes of a flow are told to do, compiled: names are slots, expressions are programs. Slots count from the first of
// the record that the node takes in or gives out.

internal sealed record SourceSettings(ImmutableArray<FieldRead> Reads);

/// <summary>A value that is read from the record's JSON into a slot.</summary>
internal sealed record FieldRead(string Path, int Slot, CelType Type);

internal sealed record FilterSettings(CelProgram Where);

/// <summary>A map, or the result of a join: every slot of what goes out, in order.</summary>
internal sealed record MapSettings(ImmutableArray<MapSlot> Slots);

/// <summary>Copied from a slot, or computed.</summary>
internal sealed record MapSlot(int From, CelProgram? Set);

internal sealed record BranchSettings(ImmutableArray<CelProgram> When);

/// <param name="By">What is hashed.</param>
/// <param name="Salt">UTF-8, with a zero byte behind it.</param>
/// <param name="Bounds">Port i takes hashes up to and with its bound; the last one takes all that are left.</param>
internal sealed record SplitSettings(CelProgram By, byte[] Salt, ImmutableArray<ulong> Bounds);

/// <param name="Copies">For each input the slots to copy from; empty where all inputs are the very same.</param>
internal sealed record UnionSettings(ImmutableArray<ImmutableArray<int>> Copies);

internal sealed record KeyBySettings(CelProgram Key, string Topic, ImmutableArray<string> Names);

internal sealed record DedupeSettings(CelProgram Key, long WithinMs);

/// <param name="WithinMs">Largest distance.</param>
/// <param name="LatenessMs">How long partners are waited for.</param>
/// <param name="Where">Over left and right side by side; null takes every pair.</param>
/// <param name="Slots">The result; the first four are made by the join itself.</param>
/// <param name="LeftSlots">How many slots a left record has; the right one's stand behind them.</param>
/// <param name="RightSlots">How many a right one has.</param>
internal sealed record JoinSettings(
    long WithinMs, long LatenessMs, CelProgram? Where, ImmutableArray<CelProgram> Slots, int LeftSlots, int RightSlots);

internal sealed record LookupSettings(LookupTable Table, CelProgram Key, ImmutableArray<AddedField> Fields);

internal sealed record EnrichSettings(string Topology, ImmutableArray<AddedField> Fields);

/// <summary>A field from elsewhere.</summary>
/// <param name="Path">Column, or dotted path.</param>
/// <param name="Type">What it is.</param>
/// <param name="Default">For records of which nothing is known; null makes them fail.</param>
internal sealed record AddedField(string Path, CelType Type, CelValue? Default);

internal enum OtherWords
{
    Ignore,
    Field,
    Hash,
}

internal sealed record OneHotSettings(CelProgram Of, ImmutableArray<string> Vocabulary, OtherWords Other, int Added);

internal sealed record ModelSettings(double Bias, ImmutableArray<double> Weights, ImmutableArray<int> Slots, bool IsLogistic);

/// <param name="Replaced">Fields before the profile that stand for something that features match on.</param>
internal sealed record ProfileSettings(ImmutableArray<ReplacedField> Replaced);

/// <param name="Path">As features match on it.</param>
/// <param name="Slot">Where the value stands.</param>
internal sealed record ReplacedField(string Path, int Slot);

internal sealed record AudiencesSettings(ImmutableArray<string> Names, ImmutableArray<CelProgram> Is, string Topic);

/// <param name="Topic">Full name.</param>
/// <param name="Key">Null takes the lane's key.</param>
/// <param name="Slots">Which are written.</param>
/// <param name="Names">Under which names.</param>
internal sealed record SinkSettings(string Topic, CelProgram? Key, ImmutableArray<int> Slots, ImmutableArray<string> Names);

internal sealed record DeadLetterSettings(string Reason, CelProgram? Detail);
