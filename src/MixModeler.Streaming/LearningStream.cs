using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Learn.Offline;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming;

/// <summary>
/// Runs a topology over lines of events, without servers, and reports on the very training examples that came of them.
/// Everything is kept in memory: a tool for a look afterwards, not for a stream without end.
/// </summary>
public static class LearningStream
{
    /// <param name="plan">A topology with a model.</param>
    /// <param name="events">One event a line.</param>
    /// <param name="eventTypes">The event type of every line.</param>
    /// <param name="time">Clock of the run.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>The report, and the quality that the learner in the run found of itself.</returns>
    public static async Task<(LearningReport Report, Quality Learner)> ReportAsync(
        TopologyPlan plan, Stream events, IReadOnlyList<string> eventTypes, TimeProvider time, CancellationToken stop)
    {
        ModelPlan model = plan.Model ?? throw new ArgumentException($"topology {plan.Name} has no model to learn");
        List<TimedExample> examples = [];
        List<FeaturedEvent> featured = [];
        TrainingExampleReader reader = new(plan.Schema);
        ScoreRecord score = new(plan.Schema);
        LocalRun run = new(plan, Take, time);
        await run.RunAsync(events, stop);
        return (LearningReport.Compute(plan.Schema, model, examples, featured), run.Learner!.SinceStart);

        void Take(string topic, ReadOnlyMemory<byte> value)
        {
            double[] values = new double[plan.Schema.Features.Length];
            if (topic == plan.Topics.Training && reader.TryRead(value.Span, values, out TrainingExample example, out _))
            {
                examples.Add(new TimedExample(example.AtMs, example.Label, values));
            }
            else if (topic == plan.Topics.Scores && score.TryRead(value.Span))
            {
                plan.Schema.ReadValues(score.Row, score.AtMs, values);
                featured.Add(new FeaturedEvent(score.Visitor, eventTypes[(int)score.Origin.Offset], score.AtMs, values));
            }
        }
    }
}
