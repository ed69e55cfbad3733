using System.Text;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Tests.Rehearse;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Ingest;

/// <summary>A record with the key mm.time moves event time on and is nothing else.</summary>
public sealed class TimeMarkerTests
{
    private static readonly DateTimeOffset Time = new(2026, 9, 1, 10, 0, 0, 250, TimeSpan.Zero);

    [Fact]
    public void A_marker_is_read_as_its_time_and_is_no_event()
    {
        RecordBatch batch = new();
        batch.Add(0, 0, TimeMarker.Key, TimeMarker.At(Time));
        batch.Add(1, 0, "someone"u8, TimeMarker.At(Time));
        batch.Add(2, 0, TimeMarker.Key, "later"u8);
        EventReader reader = new(TopologyLoader.Parse(TopologyFolder.Small, "t.yaml").Plan!);

        EventBatch events = reader.Read(batch);

        Assert.Equal("2026-09-01T10:00:00.250Z", Encoding.ASCII.GetString(TimeMarker.At(Time)));
        Assert.Equal((Rejection.TimeMarker, Time.ToUnixTimeMilliseconds()), (events[0].Rejection, events[0].TimeMs));
        Assert.NotEqual(Rejection.TimeMarker, events[1].Rejection);
        Assert.Equal(Rejection.MalformedJson, events[2].Rejection);
    }

    [Fact]
    public void A_marker_moves_the_clock_of_a_lane_behind_a_key_by()
    {
        RecordBatch batch = new();
        batch.Add(0, 0, TimeMarker.Key, TimeMarker.At(Time));

        EventBatch events = new RepartitionReader().Read(batch);

        Assert.Equal((Rejection.TimeMarker, Time.ToUnixTimeMilliseconds()), (events[0].Rejection, events[0].TimeMs));
    }
}
