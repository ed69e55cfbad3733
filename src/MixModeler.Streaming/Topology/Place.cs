namespace MixModeler.Streaming.Topology;

/// <summary>Where something stands in the files of a topology. Lines and columns count from 1.</summary>
public readonly record struct Place(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}:{Column}";
}
