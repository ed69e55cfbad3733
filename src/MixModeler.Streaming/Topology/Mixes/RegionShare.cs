namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>A region and its share of the whole population; the shares of all regions sum to 1.</summary>
public sealed record RegionShare(string Name, double Share);
